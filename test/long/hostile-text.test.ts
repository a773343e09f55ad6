// Names, errors and stacks that would steer a terminal, or pass for lines of the master: printed, they do neither.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Status } from "multi-node";
import { ControlError } from "#src/errors.js";
import { command, type Done, writeFiles } from "../helpers/command.js";
import { temporaryFolder } from "../helpers/environment.js";
import { type FakeService, openFake } from "../helpers/fake-service.js";
import { exitOf, nodeOf } from "../helpers/status-of.js";
import { steer } from "../helpers/steer.js";

/** The title of the window, the screen cleared (also by C1), the direction turned, another line. */
const EVIL = "\u001b]0;owned\u0007\u001b[2J\u009b2J\u202e\u007f\r\nmulti-node: all is well";
const HARMFUL = /[^\P{Cc}\n]|[\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

const exit = exitOf({ id: `node-1${EVIL}`, reason: "hung", signal: EVIL as NodeJS.Signals, lastError: `at ${EVIL}` });

const STATUS: Partial<Status> = {
  name: `shop${EVIL}`,
  script: `/srv/${EVIL}.js`,
  cwd: `/srv/${EVIL}`,
  addresses: [`/run/${EVIL}.sock`, { address: EVIL, family: EVIL, port: EVIL as unknown as number }],
  accepted: { waiting: 1, held: { [EVIL]: 1 }, malformed: 1 },
  nodes: [
    nodeOf(0, { id: `node-1${EVIL}`, restarts: 1, lastExit: exit }),
    nodeOf(1, { pid: EVIL as unknown as number, state: EVIL, restarts: EVIL as unknown as number }),
  ],
};

/** Each command, and how the service answers. */
const COMMANDS: readonly (readonly [words: string[], answer: (service: FakeService) => void])[] = [
  [["list"], () => {}],
  [["status"], () => {}],
  [
    ["status", "--ready"],
    (service) => void (service.status = { ...service.status, nodes: [nodeOf(0, { state: EVIL })] }),
  ],
  [["reload"], tellsProgress],
  [["reload"], refuses],
  [["scale", "3"], tellsProgress],
  [["restart", "node-1"], refuses],
  [["logs"], (service) => service.feed.write(`node-1${EVIL}`, "what the node wrote")],
  [["logs"], (service) => service.feed.write("master", EVIL)],
  [["inspect"], (service) => void (service.done = Promise.resolve({ url: `ws://127.0.0.1:1/${EVIL}` }))],
  [["inspect", "node-1"], refuses],
  [["repl", "node-1"], refuses],
  [["profile"], (service) => void (service.done = Promise.resolve({ path: `/tmp/${EVIL}`, bytes: 1 }))],
  [["heap", "node-1"], (service) => void (service.done = Promise.resolve({ path: EVIL, bytes: EVIL }))],
  [["report", "node-1"], refuses],
  [["status", "-s", EVIL.replace("\u0000", "")], () => {}],
];

for (const [words, answer] of COMMANDS) {
  for (const json of [[], ["--json"]]) {
    if (words[0] === "repl" && json.length > 0) continue;
    test(`${words
      .slice(0, 2)
      .map((word) => JSON.stringify(word))
      .join(" ")} ${json.join()}(${answer.name || "given"})`, async (t) => {
      const [service, base] = await openFake(t, STATUS);
      answer(service);
      // By its process id: other services may run on this machine.
      const which = words[0] === "list" || words.includes("-s") ? [] : ["-s", "100"];
      const done = await steer(base, ...words, ...which, ...json);
      assert.ok(done.stdout + done.stderr !== "" || words.includes("--ready"), "something is printed");
      isHarmless(done);
    });
  }
}

test("the files of a folder, its configuration and its program, by run and config", (t) => {
  for (const [words, files] of [
    [[EVIL], {}],
    [
      ["config"],
      { "multi-node.config.json": JSON.stringify({ script: `./${EVIL}.js`, args: [EVIL] }), [`${EVIL}.js`]: "" },
    ],
    [["run", "x.js"], { "multi-node.config.json": JSON.stringify({ [EVIL]: 1 }), "x.js": "" }],
    [["help", EVIL], {}],
    [["completion", EVIL], {}],
    [["--", EVIL], {}],
    [["x.js", `--${EVIL}`], {}],
  ] as const) {
    const folder = temporaryFolder(t);
    writeFiles(folder, files);
    const done = command(words, folder);
    assert.notEqual(done.stdout + done.stderr, "");
    isHarmless(done);
  }
});

test("a program that fails at once: what the master says at its end is harmless, by run and by listen()", async (t) => {
  const name = `evil\u001b]0;owned\u0007\u202e.js`;
  const error = `throw new RangeError("no \\u001b[2J\\u009b2J\\u202edatabase");`;
  for (const [file, text] of [
    [name, error],
    ["package.json", JSON.stringify({ name: `shop${EVIL}` })],
  ] as const) {
    const folder = temporaryFolder(t);
    writeFiles(folder, { [name]: error, [file]: text });
    const done = command([name, "-n", "1", "--log", "raw"], folder);
    assert.equal(done.code, 1);
    const own = done.stderr.split("\n").filter((line) => line.startsWith("multi-node: "));
    assert.equal(own.length, 1, done.stderr);
    assert.match(own[0] ?? "", /no node of .*\/evil\.js serves: it ended with code 1 \(RangeError: no database\)/);
    assert.doesNotMatch(own[0] ?? "", HARMFUL);
  }
});

function tellsProgress(service: FakeService): void {
  service.done = new Promise((resolve) => {
    setImmediate(() => {
      service.tell({ type: "node", id: `node-9${EVIL}`, place: 0, state: EVIL });
      service.tell({ type: "exit", exit });
      resolve(undefined);
    });
  });
}

function refuses(service: FakeService): void {
  service.done = Promise.reject(new ControlError("MN_ERR_RELOAD_FAILED", `given up: ${EVIL}`));
  service.done.catch(() => {});
}

function isHarmless({ stdout, stderr }: Done): void {
  for (const text of [stdout, stderr]) assert.doesNotMatch(text, HARMFUL, JSON.stringify(text));
}
