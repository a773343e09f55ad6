// How the command line ends: what scripts and service managers go by. docs/cli.md lists them.

export const exitCodes = {
  done: 0,
  /** The program or the order failed: a reload was given up, the port is in use, no node comes to serve. */
  failed: 1,
  /** The command was given wrongly: a flag, a setting, a configuration file, a program that is not there. */
  usage: 2,
  /** There is no such service or node, or it is another user's. */
  notFound: 3,
  /** The master did not answer in time. */
  late: 4,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
