// Nodes run the program of their master again: where that is a test, it would run once more in each of them.
import { realpathSync } from "node:fs";
import { UsageError } from "../errors.js";
import type { ServiceOptions } from "../options.js";

/** What Node has loaded once a file has imported node:test; a server that a test starts inherits the variables of the runner, but not this. */
const NODE_TEST = "NativeModule test";
/** Files of test runners that load tests into their own process. */
const RUNNERS: RegExp = /[\\/]node_modules[\\/](?:vitest|tinypool|jest[\w-]*|@jest|mocha|ava)[\\/]/;

/** @throws UsageError MN_ERR_TEST_FILE where nodes would run a test file, or the test runner */
export function refuseTestFile({
  script,
  hosted,
  nodes,
  masterListen,
}: Pick<ServiceOptions, "script" | "hosted" | "nodes" | "masterListen">): void {
  const servesAlone = masterListen && nodes === 1;
  if (script !== undefined || hosted !== undefined || servesAlone || !runsTests()) return;
  const what = "listen() is called in a test, which each of its nodes would run again";
  const alone = "let this process serve alone (nodes: 1, masterListen: true)";
  const advice = `${alone}, or give the file of your server (option script, or run()); see docs/testing.md`;
  throw new UsageError("MN_ERR_TEST_FILE", `${what}: ${advice}`);
}

function runsTests(): boolean {
  const { moduleLoadList = [] } = process as { moduleLoadList?: readonly string[] };
  return moduleLoadList.includes(NODE_TEST) || RUNNERS.test(programFile());
}

function programFile(): string {
  const [, program = ""] = process.argv;
  try {
    return realpathSync(program);
  } catch {
    return program;
  }
}
