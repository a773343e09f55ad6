// Pure: the options of Node that a hosted program was not started with by its user.

const INSPECTOR_PORT = /^--inspect-port=/;

/** Takes ours out of the list, which child processes and workers of the program inherit. */
export function forgetOwnOptions(execArgv: string[], preload: string): void {
  const required = execArgv.lastIndexOf(preload);
  if (required > 0) execArgv.splice(required - 1, 2);
  if (INSPECTOR_PORT.test(execArgv[0] ?? "")) execArgv.shift();
}
