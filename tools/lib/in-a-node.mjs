// Runs a program in one node of a service, and ends with the exit code of that node.

import { run } from "multi-node";

const [, , script, ...args] = process.argv;
const nodes = run({ script, args, nodes: 1, restartChildren: false, output: "raw", log: false });
let code = 1;
nodes.on("exit", (exit) => {
  code = exit.code ?? 1;
  if (exit.signal !== null) process.stderr.write(`ended by ${exit.signal}\n`);
  void nodes.close();
});
nodes.on("error", (error) => process.stderr.write(`${error.message}\n`));
nodes.ready.catch(() => {});
nodes.on("close", () => process.exit(code));
