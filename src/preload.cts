// What Node requires before a program that knows nothing of this package, in each of its nodes and of their threads.
{
  const { execArgv } = process;
  const { isMainThread } = require("node:worker_threads") as typeof import("node:worker_threads");

  // What the program starts inherits its options of Node. The last four are ours (master/spawn.ts) and are taken out:
  // --require, this file, and two for the inspector.
  const at = execArgv.lastIndexOf(__filename);
  if (at > 0) execArgv.splice(at - 1, 4);

  // In the thread of a loader's hooks, Node cannot require an ES module.
  // oxlint-disable-next-line import/no-unassigned-import
  if (isMainThread) require("./preload.js");
}
