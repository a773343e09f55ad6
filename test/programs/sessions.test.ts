// Sessions in memory on four nodes: with stickyCookie each client keeps its own, as the frameworks' session plugins come.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Browser } from "../helpers/clients/browser.js";
import { COMMAND } from "../helpers/command.js";
import { eventually } from "../helpers/deadline.js";
import { Program } from "../helpers/program.js";
import { steer } from "../helpers/steering.js";
import { fileOf } from "./real-program.js";

const BROWSERS = 40;
const FLAGS = ["-n", "4", "--balance", "sticky", "--sticky-cookie", "node"];

interface Visit {
  visits: number;
  pid: number;
}

for (const script of ["express-session.mjs", "fastify-session.mjs"]) {
  test(`${script}: 40 of 40 keep their session, and after the death of a node all but its own`, async (t) => {
    const args = ["run", ...FLAGS, fileOf(script)];
    const program = Program.start(t, COMMAND, { args, env: { PORT: "0", NODE_ENV: "production" } });
    const master = await steer(t, program);
    const serving = async (): Promise<number> => {
      const { nodes } = await master.request({ command: "status" });
      return nodes.filter(({ state }) => state === "serving").length;
    };
    await eventually(async () => (await serving()) === 4, "all nodes serve");
    const { addresses } = await master.request({ command: "status" });
    const [address] = addresses;
    assert.ok(typeof address === "object");
    const browsers = Array.from({ length: BROWSERS }, () => new Browser(address.port));
    const all = (): Promise<Visit[]> =>
      Promise.all(browsers.map(async (browser) => JSON.parse(await browser.visit()) as Visit));
    for (let visit = 1; visit <= 4; visit += 1) {
      const counted = (await all()).filter(({ visits }) => visits === visit);
      assert.equal(counted.length, BROWSERS);
    }
    const before = await all();
    const dead = before[0]?.pid ?? 0;
    process.kill(dead, "SIGKILL");
    await eventually(async () => (await serving()) < 4, "its death is known");
    const after = await all();
    const kept = after.filter(({ visits }, index) => before[index]?.pid !== dead && visits === 6);
    assert.equal(kept.length, before.filter(({ pid }) => pid !== dead).length);
    await program.stop();
  });
}
