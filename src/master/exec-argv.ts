// Pure: which of the master's own options of Node its nodes get.

/** What was evaluated is no program of the nodes; an inspector's port can be opened by one process only. */
const MASTER_ONLY =
  /^(-e|--eval|-p|--print|-pe|-i|--interactive|-c|--check|--inspect(-brk|-port|-publish-uid|-wait)?)$/;
/** Those of them whose value may be the next word. */
const WITH_VALUE = /^(-e|--eval|-p|--print|-pe|--inspect-port|--inspect-publish-uid)$/;
const EVALUATES = /^(-e|--eval|-p|--print|-pe)$/;

/** The options without those that are the master's alone, and without their values. */
export function execArgvForNodes(execArgv: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < execArgv.length; index++) {
    const word = execArgv[index] ?? "";
    if (!MASTER_ONLY.test(nameOf(word))) kept.push(word);
    else if (WITH_VALUE.test(word)) index += 1;
  }
  return kept;
}

/** Whether Node runs a text instead of a program file. */
export function evaluatesText(execArgv: readonly string[]): boolean {
  return execArgv.some((word) => EVALUATES.test(nameOf(word)));
}

function nameOf(word: string): string {
  return word.startsWith("--") ? (word.split("=", 1)[0] ?? word) : word;
}
