// The private folder of a mesh: where it is made, who may enter, and which old ones are swept.
import assert from "node:assert/strict";
import fs, { existsSync, mkdirSync, readdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { hold } from "#src/master/held-socket.js";
import { InheritedSockets } from "#src/master/inherited.js";
import { endpoint, LONGEST_ENDPOINT, MASTER_ID } from "#src/mesh/endpoint.js";
import { admitNodes, leaveFolder, makeFolder, removeEndpoint, removeFolder, sweepFolders } from "#src/mesh/folder.js";
import { checkPortOptions } from "#src/port-options.js";
import { adopt } from "#src/serve/server.js";
import { within } from "../../helpers/deadline.js";
import { setEnvironment, temporaryFolder } from "../../helpers/environment.js";
import { abandonSocket, listenOn } from "../../helpers/unix-sockets.js";

const NAME = /^multi-node-[0-9a-f]{12}$/;

test("the folder is under the runtime folder, and only this user can enter", (t) => {
  const { runtime, temporary } = bases(t);
  const folder = makeFolder();
  assert.deepEqual(
    readdirSync(runtime).map((name) => join(runtime, name)),
    [folder],
  );
  assert.match(readdirSync(runtime)[0] ?? "", NAME);
  assert.equal(statSync(folder).mode & 0o7777, 0o700);
  assert.deepEqual(readdirSync(temporary), []);
});

test("no mask of the process opens the folder to others, or shuts it to this user", (t) => {
  bases(t);
  const before = process.umask();
  t.after(() => process.umask(before));
  for (const mask of [0, 0o177]) {
    process.umask(mask);
    assert.equal(statSync(makeFolder()).mode & 0o7777, 0o700);
  }
});

test("each service has a folder of its own", (t) => {
  bases(t);
  assert.notEqual(makeFolder(), makeFolder());
});

test("without a runtime folder, or with one that cannot be written, it is under the temporary folder", (t) => {
  const { runtime, temporary } = bases(t);
  for (const unusable of [undefined, "", join(runtime, "no", "such")]) {
    setEnvironment(t, { XDG_RUNTIME_DIR: unusable });
    assert.ok(makeFolder().startsWith(`${temporary}/multi-node-`), String(unusable));
  }
});

test("a base too long for a Unix socket's path is passed over", (t) => {
  const { runtime, temporary } = bases(t);
  const long = join(runtime, "x".repeat(LONGEST_ENDPOINT));
  mkdirSync(long);
  setEnvironment(t, { XDG_RUNTIME_DIR: long });
  assert.ok(makeFolder().startsWith(`${temporary}/`));
});

test("the length that counts is that of the bytes", (t) => {
  const { runtime, temporary } = bases(t);
  const wide = join(runtime, "\u00e9".repeat(40));
  mkdirSync(wide);
  setEnvironment(t, { XDG_RUNTIME_DIR: wide });
  assert.ok(makeFolder().startsWith(`${temporary}/`));
});

test("property of every folder: each socket in it has a path that every Unix takes", (t) => {
  const { runtime } = bases(t);
  for (let length = 1; length < 110; length++) {
    const base = join(runtime, "x".repeat(length));
    mkdirSync(base);
    setEnvironment(t, { XDG_RUNTIME_DIR: base });
    assert.ok(Buffer.byteLength(endpoint(makeFolder(), "node-999999999")) <= LONGEST_ENDPOINT);
  }
});

test("where no base can be written, the error names all of them and says what to do", (t) => {
  const { runtime, temporary } = bases(t);
  const cause = Object.assign(new Error("EROFS: read-only file system"), { code: "EROFS" });
  replaceFs(t, "mkdirSync", () => {
    throw cause;
  });
  assert.throws(() => makeFolder(), {
    name: "MultiNodeError",
    code: "MN_ERR_MESH_FOLDER",
    cause,
    message:
      `no folder for the sockets between the processes: none of ${runtime}, ${temporary}, /tmp is writable, ` +
      "safe from other users and short enough; set TMPDIR to one that is",
  });
});

test("a folder whose master was killed is swept with all in it, under every base", async (t) => {
  const { runtime, temporary } = bases(t);
  const stale = [join(runtime, "multi-node-0123456789ab"), join(temporary, "multi-node-ba9876543210")];
  for (const folder of stale) {
    mkdirSync(join(folder, "nodes"), { recursive: true });
    await abandonSocket(endpoint(folder, MASTER_ID));
    await abandonSocket(endpoint(folder, "node-1"));
  }
  await sweep();
  assert.deepEqual(stale.filter(existsSync), []);
});

for (const [living, dead] of [
  [MASTER_ID, "node-1"],
  ["node-1", MASTER_ID],
] as const) {
  test(`a folder is left alone while ${living} lives in it, ${dead} dead or not`, async (t) => {
    bases(t);
    const folder = makeFolder();
    await listenOn(t, createServer(), endpoint(folder, living));
    await abandonSocket(endpoint(folder, dead));
    utimesSync(folder, 0, 0);
    await sweep();
    assert.ok([MASTER_ID, "node-1"].every((id) => existsSync(endpoint(folder, id))));
  });
}

test("a socket that refuses for a moment, between its making and its listening, is no dead one", async (t) => {
  bases(t);
  const folder = makeFolder();
  const path = endpoint(folder, MASTER_ID);
  const bound = await hold("any", checkPortOptions({ path }), new InheritedSockets());
  t.after(() => bound.close());
  const sweeping = sweep();
  await adopt(unheard(t), { handle: bound.handle }, 511);
  await sweeping;
  assert.ok(existsSync(path));
});

test("a folder that is being made just now is left alone; one that was never finished is swept", async (t) => {
  bases(t);
  const [fresh, unfinished] = [makeFolder(), makeFolder()];
  const past = Date.now() / 1_000 - 61;
  utimesSync(unfinished, past, past);
  await sweep();
  assert.ok(existsSync(fresh));
  assert.ok(!existsSync(unfinished));
});

test("what has another name, is no folder or a link to one is left alone", async (t) => {
  const { runtime } = bases(t);
  const other = join(runtime, "multinode-0123456789ab");
  const file = join(runtime, "multi-node-notes");
  const link = join(runtime, "multi-node-link");
  mkdirSync(other);
  await abandonSocket(endpoint(other, MASTER_ID));
  writeFileSync(file, "");
  symlinkSync(other, link);
  await sweep();
  assert.deepEqual(readdirSync(runtime).sort(), ["multi-node-link", "multi-node-notes", "multinode-0123456789ab"]);
  assert.ok(existsSync(endpoint(other, MASTER_ID)));
});

test("another user's folder is left alone", {
  skip: process.getuid?.() !== 0 && "only root can make one",
}, async (t) => {
  bases(t);
  const folder = makeFolder();
  await abandonSocket(endpoint(folder, MASTER_ID));
  fs.chownSync(folder, 65_534, 65_534);
  await sweep();
  assert.ok(existsSync(folder));
});

test("a base that does not exist, or a folder that cannot be removed, stops no start", async (t) => {
  const { runtime } = bases(t);
  setEnvironment(t, { TMPDIR: join(runtime, "no-such") });
  const folder = makeFolder();
  await abandonSocket(endpoint(folder, MASTER_ID));
  for (const name of ["unlinkSync", "rmdirSync"] as const) {
    replaceFs(t, name, () => {
      throw Object.assign(new Error("EACCES: permission denied"), { code: "EACCES" });
    });
  }
  await sweep();
});

test("the last process that leaves takes the folder and the dead master's socket with it", async (t) => {
  bases(t);
  const folder = makeFolder();
  for (const id of [MASTER_ID, "node-1", "node-2"]) await abandonSocket(endpoint(folder, id));
  leaveFolder(folder, "node-1");
  assert.deepEqual([readdirSync(folder), readdirSync(join(folder, "nodes"))], [["nodes"], ["node-2"]]);
  leaveFolder(folder, "node-2");
  assert.ok(!existsSync(folder));
  leaveFolder(folder, "node-2");
});

test("the socket of a process that could not remove it goes alone, and twice is no error", async (t) => {
  bases(t);
  const folder = makeFolder();
  for (const id of [MASTER_ID, "node-1"]) await abandonSocket(endpoint(folder, id));
  removeEndpoint(folder, "node-1");
  removeEndpoint(folder, "node-1");
  assert.deepEqual([readdirSync(folder).sort(), readdirSync(join(folder, "nodes"))], [[MASTER_ID, "nodes"], []]);
});

test("a folder is removed with all that a service makes in it, and twice is no error", (t) => {
  bases(t);
  const folder = makeFolder();
  for (const name of ["service.json", "nodes/node-1"]) writeFileSync(join(folder, name), "");
  removeFolder(folder);
  removeFolder(folder);
  assert.ok(!existsSync(folder));
});

test("what is removed is names: no link is followed, and no folder within is walked through", (t) => {
  const { temporary } = bases(t);
  const [outside, kept] = [join(temporary, "outside"), join(temporary, "outside", "kept")];
  mkdirSync(outside);
  writeFileSync(kept, "");
  const [linked, filled] = [makeFolder(), makeFolder()];
  symlinkSync(outside, join(linked, "nodes", "node-1"));
  symlinkSync(kept, join(linked, "nodes", "node-2"));
  mkdirSync(join(linked, "nodes", "node-3"));
  mkdirSync(join(filled, "nodes", "node-1"));
  writeFileSync(join(filled, "nodes", "node-1", "file"), "");
  removeFolder(linked);
  removeFolder(filled);
  assert.ok(!existsSync(linked));
  assert.ok(existsSync(kept));
  assert.ok(existsSync(join(filled, "nodes", "node-1", "file")), "no service makes that");
});

test("the nodes' folder belongs to their user, all else to the master's; nodes are admitted last", {
  skip: process.getuid?.() !== 0 && "only root can give folders away",
}, (t) => {
  const { runtime } = bases(t);
  fs.chmodSync(runtime, 0o755);
  const folder = makeFolder({ owner: { uid: 65_534, gid: 65_534 } });
  assert.ok(folder.startsWith(runtime));
  const [outer, nodes] = [statSync(folder), statSync(join(folder, "nodes"))];
  assert.deepEqual([outer.uid, outer.mode & 0o7777, nodes.uid, nodes.mode & 0o7777], [0, 0o700, 65_534, 0o700]);
  admitNodes(folder);
  assert.equal(statSync(folder).mode & 0o7777, 0o711);
});

test("nobody knocks at sockets of another user; a folder of nodes of another user lives as long as its master", {
  skip: process.getuid?.() !== 0 && "only root can give folders away",
}, async (t) => {
  bases(t);
  const folder = makeFolder();
  const [master, node] = [createServer(), createServer()];
  await listenOn(t, master, endpoint(folder, MASTER_ID));
  await listenOn(t, node, endpoint(folder, "node-1"));
  let knocks = 0;
  node.on("connection", () => (knocks += 1));
  fs.chownSync(join(folder, "nodes"), 65_534, 65_534);
  await sweep();
  assert.ok(existsSync(folder));
  master.close();
  await abandonSocket(endpoint(folder, MASTER_ID));
  await sweep();
  assert.deepEqual([existsSync(folder), knocks], [false, 0]);
});

/** Bases of this test's own, so that it sees and sweeps no other service's folder there. */
function bases(t: TestContext): { runtime: string; temporary: string } {
  const [runtime, temporary] = [temporaryFolder(t), temporaryFolder(t)];
  setEnvironment(t, { XDG_RUNTIME_DIR: runtime, TMPDIR: temporary });
  return { runtime, temporary };
}

/** Its pauses keep no process alive, but the deadline does. */
function sweep(): Promise<void> {
  return within(sweepFolders(), "the folders are swept");
}

function unheard(t: TestContext): Server {
  const server = createServer();
  t.after(() => server.close());
  return server;
}

/** Lets a function of node:fs fail as it does on systems that a test cannot make. */
function replaceFs(t: TestContext, name: "mkdirSync" | "rmdirSync" | "unlinkSync", stand: () => void): void {
  const before = fs[name];
  const set = (value: unknown): void => {
    Object.assign(fs, { [name]: value });
    syncBuiltinESMExports();
  };
  set(stand);
  t.after(() => set(before));
}
