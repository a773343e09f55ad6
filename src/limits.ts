// The largest numbers that are taken, wherever they are given: by call, command, variable, configuration file or socket.

/**
 * The most nodes that a service can have. Each is connected to each other one, so each has as many open files as there are
 * nodes, and together they have half a million connections at this number; see docs/cli.md.
 */
export const MOST_NODES = 1_024;

/** The most deaths that count within a period: the master remembers the time of each. */
export const MOST_DEATHS = 100_000;
