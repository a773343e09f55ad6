// Another user of the machine cannot attach to the inspector of a node, whatever opens it.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { type TestContext, test } from "node:test";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { NodeExit } from "multi-node";
import { eventually } from "../helpers/deadline.js";
import { get, portOf } from "../helpers/http.js";
import { Program } from "../helpers/program.js";
import { steer } from "../helpers/steering.js";

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/;
/** Nodes inherit it; their own flag counts. */
const PUBLISHED = { NODE_OPTIONS: "--inspect-publish-uid=http,stderr" };

test("while the stack of a hung node is taken, another user gets no UUID", async (t) => {
  const program = Program.start(t, "steered.js", {
    args: [JSON.stringify({ nodes: 1, hangTimeout: 2_000 })],
    env: PUBLISHED,
  });
  const port = portOf(await program.first("ready", ({ id }) => id === "master"));
  const watcher = await Watcher.start(t, program, port);
  const lost = get(port, "/hangInMicrotasks");
  lost.catch(() => {});
  const exit = (await program.first("exit"))["exit"] as NodeExit;
  assert.match(exit.lastError ?? "", /steered\.js/);
  // The inspector is open for so short a time that the other user may miss it.
  watcher.hasNoSecret();
  await program.stop();
});

test("an inspector that a signal opened, as for the stack of a hung node, refuses other users", async (t) => {
  const program = Program.start(t, "steered.js", { args: [JSON.stringify({ nodes: 1 })], env: PUBLISHED });
  const port = portOf(await program.first("ready", ({ id }) => id === "master"));
  const watcher = await Watcher.start(t, program, port);
  const { pid } = await program.first("ready", ({ id }) => id === "node-1");
  process.kill(pid, "SIGUSR1");
  await watcher.isRefused();
  await program.stop();
});

test("while a node is inspected, only who asked for that has the UUID; it is not in the log either", async (t) => {
  const program = Program.start(t, "steered.js", { args: [JSON.stringify({ nodes: 1 })], env: PUBLISHED });
  const port = portOf(await program.first("ready", ({ id }) => id === "master"));
  const watcher = await Watcher.start(t, program, port);
  const client = await steer(t, program);
  let url = "";
  const inspected = client.request(
    { command: "inspect", node: "node-1" },
    { onEvent: (event) => (url = event.type === "inspector" ? event.url : url) },
  );
  inspected.catch(() => {});
  await eventually(() => UUID.test(url), "the inspector is open");
  await watcher.isRefused();
  client.close();
  await program.stop();
  assert.doesNotMatch(program.stderr, UUID);
});

class Watcher {
  readonly #answers: { port: number; path: string; status: number; body: string }[] = [];
  readonly #process: ChildProcess;
  #state: "starting" | "polls" = "starting";

  /** Polls the ports of node-1 but for that of the service itself. */
  static async start(t: TestContext, program: Program, port: number): Promise<Watcher> {
    const { pid } = await program.first("ready", ({ id }) => id === "node-1");
    const watcher = new Watcher([pid, port]);
    t.after(() => watcher.#process.kill("SIGKILL"));
    await eventually(() => watcher.#state === "polls", "the other user polls");
    return watcher;
  }

  private constructor(args: number[]) {
    const fixture = fileURLToPath(new URL("../fixtures/polls-inspectors.js", import.meta.url));
    this.#process = spawn(process.execPath, [fixture, ...args.map(String)], { stdio: ["ignore", "pipe", "inherit"] });
    assert.ok(this.#process.stdout);
    createInterface({ input: this.#process.stdout }).on("line", (line) => {
      const { event, ...answer } = JSON.parse(line);
      this.#state = "polls";
      if (event === "answer") this.#answers.push(answer);
    });
  }

  /** It has found the port of an inspector, and each path was refused. */
  async isRefused(): Promise<void> {
    const paths = (): Set<string> => new Set(this.#answers.map(({ path }) => path));
    await eventually(() => paths().size === 3, "the other user finds an inspector");
    this.hasNoSecret();
  }

  hasNoSecret(): void {
    for (const { path, status, body } of this.#answers) {
      assert.equal(status, 404, path);
      assert.doesNotMatch(body, UUID, path);
    }
  }
}
