// What Node requires before a program that knows nothing of this package, in each of its nodes and of their threads.
{
  const { execArgv } = process;
  const { isMainThread } = require("node:worker_threads") as typeof import("node:worker_threads");

  // What the program starts inherits its options of Node: ours are taken out, the --require before this file too.
  const at = execArgv.lastIndexOf(__filename);
  if (at > 0) execArgv.splice(at - 1, 2);
  if (at > 0 && execArgv[0]?.startsWith("--inspect-port=")) execArgv.shift();

  // In the thread of a loader's hooks, Node cannot require an ES module.
  // oxlint-disable-next-line import/no-unassigned-import
  if (isMainThread) require("./preload.js");
}
