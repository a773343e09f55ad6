// examples/deploy, as far as a machine without systemd, Docker and Kubernetes can tell: each command works as it is written.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { COMMAND, command } from "../../helpers/command.js";
import { temporaryFolder } from "../../helpers/environment.js";
import { get } from "../../helpers/http.js";
import { Program } from "../../helpers/program.js";
import { steer } from "../../helpers/steering.js";

const FOLDER = fileURLToPath(new URL("../../../../examples/deploy", import.meta.url));
/** In the container's folder, and where the unit has the project. */
const INSTALLED = /^(?:\/srv\/app\/)?node_modules\/\.bin\/multi-node$/;

const unit = read("systemd/app.service");
const container = read("Dockerfile");
const pod = read("kubernetes.yaml");

test("what the files start serves, and what they ask of it is answered", async (t) => {
  const starts = [valueOf(unit, "ExecStart").split(" "), arrayAfter(container, /^CMD /m)].map(wordsFor);
  assert.deepEqual(starts[0], starts[1]);
  const program = Program.start(t, COMMAND, { cwd: FOLDER, args: starts[0] ?? [], env: { PORT: "0" } });
  const master = await steer(t, program);
  await program.says(/serves? port/);
  const { addresses, name } = await master.request({ command: "status" });
  const [address] = addresses;
  assert.ok(typeof address === "object");
  assert.match((await get(address.port)).body, /^answered by process \d+\n$/);
  assert.equal(name, "app");
  for (const words of asked()) {
    const { code, stderr } = carryOut(words, program);
    assert.equal(code, 0, `${words.join(" ")}: ${stderr}`);
  }
  await program.stop();
});

test("whoever supervises the master waits for longer than it takes", () => {
  const { drainTimeout, readyTimeout } = JSON.parse(command(["config", "--json"], FOLDER).stdout) as Settings;
  assert.ok(Number(valueOf(unit, "TimeoutStartSec")) * 1000 > readyTimeout.value);
  assert.ok(Number(valueOf(unit, "TimeoutStopSec")) * 1000 > drainTimeout.value);
  const [, grace] = /terminationGracePeriodSeconds: (\d+)/.exec(pod) ?? [];
  const [sleep, seconds] = arrayAfter(pod, /preStop:[^[]*command: /);
  assert.equal(sleep, "sleep");
  assert.ok(Number(grace) * 1000 > drainTimeout.value + Number(seconds) * 1000);
});

test("the container gets what there is, and the port is the same everywhere", () => {
  const sources = [...container.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files = ""]) => files.split(" "));
  // npm install makes it, in the folder of who takes this over.
  const missing = sources.filter((file) => file !== "package-lock.json" && !existsSync(join(FOLDER, file)));
  assert.deepEqual(missing, []);
  const ports = [
    /PORT=(\d+)/.exec(unit),
    /ListenStream=(\d+)/.exec(read("systemd/app.socket")),
    /PORT=(\d+)/.exec(container),
    /EXPOSE (\d+)/.exec(container),
    /containerPort: (\d+)/.exec(pod),
  ];
  assert.deepEqual(new Set(ports.map((match) => match?.[1])), new Set(["8080"]));
});

test("systemd knows every key of the units", {
  skip: !isThere("systemd-analyze") && "no systemd-analyze here",
}, (t) => {
  const folder = temporaryFolder(t);
  const files = ["app.service", "app.socket"].map((name) => {
    const file = join(folder, name);
    writeFileSync(file, read(`systemd/${name}`).replaceAll("/srv/app/node_modules/.bin/multi-node", process.execPath));
    return file;
  });
  const { status, stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", ...files], { encoding: "utf8" });
  const ofOurs = stderr.split("\n").filter((line) => line.includes(folder));
  assert.deepEqual({ status, ofOurs }, { status: 0, ofOurs: [] });
});

test("the Kubernetes file is laid out as YAML wants it", () => {
  for (const line of pod.split("\n")) {
    assert.match(line, /^(?: {2})*(?:#.*|---|(?:- )?[\w.-]+:(?: .+)?)?$/);
  }
});

interface Settings {
  drainTimeout: { value: number };
  readyTimeout: { value: number };
}

/** What the files ask of a service that runs. */
function asked(): string[][] {
  const probes = [...pod.matchAll(/Probe:[^[]*command: (.+)/g)].map(([, array = ""]) => JSON.parse(array) as string[]);
  assert.equal(probes.length, 3);
  const check = arrayAfter(container, /^HEALTHCHECK [^[]*CMD /m);
  return [...probes, check, valueOf(unit, "ExecReload").split(" ")].map(wordsFor);
}

function carryOut(words: string[], program: Program): { code: number | null; stderr: string } {
  const own = words.map((word) => (word === "$MAINPID" ? String(program.pid) : word));
  return command(own, FOLDER, { TMPDIR: program.folder, XDG_RUNTIME_DIR: "" });
}

/** Without the command itself, which is to be the one that npm installs. */
function wordsFor([path = "", ...words]: string[]): string[] {
  assert.match(path, INSTALLED);
  return words;
}

function valueOf(file: string, key: string): string {
  return new RegExp(`^${key}=(.+)$`, "m").exec(file)?.[1] ?? "";
}

function arrayAfter(file: string, place: RegExp): string[] {
  const [, array = ""] = new RegExp(`${place.source}(\\[.+\\])`, place.flags).exec(file) ?? [];
  return JSON.parse(array) as string[];
}

function read(file: string): string {
  return readFileSync(join(FOLDER, file), "utf8");
}

function isThere(name: string): boolean {
  return spawnSync(name, ["--version"]).error === undefined;
}
