// A function as `balance`: what it sees, whom it gets, and that no client notices a node that does not take it.
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import type { Candidate, Client, Status } from "multi-node";
import { ask, type Said } from "../helpers/clients/balanced.js";
import { eventually } from "../helpers/deadline.js";
import { Service } from "../helpers/service.js";

interface Seen extends Omit<Client, "firstBytes"> {
  firstBytes: string;
  candidates: Candidate[];
}

test("a function that chooses by the first bytes", async (t) => {
  const service = await Service.start(t, "balance-service.js", { nodes: 2, byPath: true });
  const master = await service.member("master");
  const port = ((await service.program.first("ready"))["address"] as AddressInfo).port;
  const to = (id: string): Promise<Said> => ask(port, {}, `/to/${id}`);

  await t.test("it sees who comes and who is there, and whom it chooses answers", async () => {
    const { id, remotePort } = await to("node-2");
    assert.equal(id, "node-2");
    const [seen] = await master.do<[Seen]>("seen");
    const { candidates, ...client } = seen;
    assert.deepEqual(client, {
      remoteAddress: "127.0.0.1",
      remotePort,
      localAddress: "127.0.0.1",
      localPort: port,
      firstBytes: "POST /to/node-2 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    });
    assert.deepEqual(
      candidates.map(({ id, connections }) => ({ id, connections })).sort((a, b) => (a.id < b.id ? -1 : 1)),
      [
        { id: "node-1", connections: 0 },
        { id: "node-2", connections: 0 },
      ],
    );
    for (const { utilization } of candidates) assert.ok(utilization >= 0 && utilization <= 1);
  });

  await t.test("where it fails or chooses nobody that is there, somebody answers, and it is said once", async () => {
    for (const id of ["nobody", "node-7", "nobody", ""]) assert.match((await to(id)).id, /^node-[12]$/);
    await eventually(() => service.program.stderr.includes("nobody is to get it"), "it is said");
    const said = service.program.stderr.match(/the function balance failed, and least-connections decides/g);
    assert.equal(said?.length, 1);
  });

  await t.test("what comes to a node that just ends of its own accord is answered by the next one", async () => {
    const leave = join(service.program.folder, "leave");
    const last = ask(port, {}, "/leave");
    const { id } = await service.program.first("leaving");
    const refused = to(id);
    await eventually(async () => (await master.do<Status>("status")).accepted?.waiting === 1, "it is on its way");
    writeFileSync(leave, "");
    assert.notEqual((await refused).id, id);
    assert.equal((await last).id, id, "what it had taken it has answered");
    await service.program.first("ready", ({ id }) => id === "node-3");
    rmSync(leave);
  });

  await t.test("what comes to a node that is told to end is answered by it or the next one", async () => {
    const { id } = await ask(port);
    const gone = await service.member(id);
    gone.kill("SIGSTOP");
    const answered = to(id);
    await eventually(async () => (await master.do<Status>("status")).accepted?.waiting === 1, "it is on its way");
    gone.kill("SIGTERM");
    gone.kill("SIGCONT");
    assert.equal((await answered).url, `/to/${id}`);
  });

  await service.program.stop();
});
