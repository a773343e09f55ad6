// Values that each option refuses, and how the message shows them.

/** An option, what its message says is taken, and wrong values with how that message shows each. */
type Wrong = [name: string, takes: string, values: [value: unknown, shown: string][]];

export const PORT: string = "an integer from 0 to 65535";
const TIMEOUT = "milliseconds, a number from 1 to 2147483647";
const TIMEOUT_OR_OFF = "milliseconds, a number from 0 (off) to 2147483647";
const HANG_TIMEOUT = "milliseconds, 0 (off) or a number from 2000 to 2147483647";
const COUNT_OR_OFF = "an integer of at least 0 (off)";
const ACCOUNT = "a name or a number of at least 0";
const FLAG = "true or false";
export const NODES: string = "an integer from 1 to 1024";
const SCRIPT = "the path or file: URL of a program that exists";

export const WRONG: Wrong[] = [
  [
    "nodes",
    NODES,
    [
      [0, "0"],
      [-1, "-1"],
      [1.5, "1.5"],
      [Number.NaN, "NaN"],
      ["4", "'4'"],
      [Number.POSITIVE_INFINITY, "Infinity"],
      [1_025, "1025"],
      [1e15, "1000000000000000"],
      [2 ** 53, "9007199254740992"],
      [null, "null"],
      [4n, "4n"],
      [true, "true"],
      [[4], "[ 4 ]"],
    ],
  ],
  [
    "port",
    PORT,
    [
      [-1, "-1"],
      [65_536, "65536"],
      [80.5, "80.5"],
      [Number.NaN, "NaN"],
      ["", "''"],
      ["http", "'http'"],
      ["-1", "'-1'"],
      ["65536", "'65536'"],
      ["8000 ", "'8000 '"],
      ["0x50", "'0x50'"],
      ["1e3", "'1e3'"],
      ["80.0", "'80.0'"],
      ["000080", "'000080'"],
      [null, "null"],
      [true, "true"],
      [{ port: 80 }, "{ port: 80 }"],
    ],
  ],
  [
    "host",
    "an address or a host name, a string that is not empty",
    [
      ["", "''"],
      [null, "null"],
      [127, "127"],
      [["::"], "[ '::' ]"],
    ],
  ],
  [
    "path",
    "the path of a Unix socket, a string that is not empty",
    [
      ["", "''"],
      [null, "null"],
      [8000, "8000"],
    ],
  ],
  [
    "backlog",
    "an integer from 1 to 2147483647",
    [
      [0, "0"],
      [-1, "-1"],
      [1.5, "1.5"],
      [2 ** 31, "2147483648"],
      [Number.NaN, "NaN"],
      ["511", "'511'"],
      [null, "null"],
    ],
  ],
  ...(["ipv6Only", "masterListen", "restartChildren", "signals"] as const).map(
    (name): Wrong => [
      name,
      FLAG,
      [
        [1, "1"],
        [0, "0"],
        ["true", "'true'"],
        [null, "null"],
      ],
    ],
  ),
  ...(["drainTimeout", "readyTimeout"] as const).map(
    (name): Wrong => [
      name,
      TIMEOUT,
      [
        [0, "0"],
        [-1, "-1"],
        [0.5, "0.5"],
        [2 ** 31, "2147483648"],
        [Number.NaN, "NaN"],
        [Number.POSITIVE_INFINITY, "Infinity"],
        ["25000", "'25000'"],
        [null, "null"],
      ],
    ],
  ),
  ...(["maxLifetime", "minUptime", "hangTimeout"] as const).map(
    (name): Wrong => [
      name,
      name === "hangTimeout" ? HANG_TIMEOUT : TIMEOUT_OR_OFF,
      [
        [-1, "-1"],
        [0.5, "0.5"],
        [2 ** 31, "2147483648"],
        [Number.NaN, "NaN"],
        ["0", "'0'"],
        [false, "false"],
        [null, "null"],
      ],
    ],
  ),
  [
    "hangTimeout",
    HANG_TIMEOUT,
    [
      [1, "1"],
      [1_999, "1999"],
    ],
  ],
  ...(["surge", "minNodes", "maxNodes"] as const).map(
    (name): Wrong => [
      name,
      NODES,
      [
        [0, "0"],
        [-1, "-1"],
        [1.5, "1.5"],
        ["2", "'2'"],
        [1_025, "1025"],
        [Number.POSITIVE_INFINITY, "Infinity"],
        [null, "null"],
      ],
    ],
  ),
  ...(["maxMemory", "maxRequests"] as const).map(
    (name): Wrong => [
      name,
      COUNT_OR_OFF,
      [
        [-1, "-1"],
        [0.5, "0.5"],
        ["512M", "'512M'"],
        [2 ** 53, "9007199254740992"],
        [false, "false"],
        [null, "null"],
      ],
    ],
  ),
  [
    "maxPayload",
    "bytes, an integer from 1 to 1073741824 (1 GiB)",
    [
      [0, "0"],
      [1.5, "1.5"],
      [2 ** 30 + 1, "1073741825"],
      ["16M", "'16M'"],
      [null, "null"],
    ],
  ],
  [
    "maxBufferedAmount",
    "bytes, an integer of at least 0",
    [
      [-1, "-1"],
      [0.5, "0.5"],
      [Number.POSITIVE_INFINITY, "Infinity"],
      ["64M", "'64M'"],
      [null, "null"],
    ],
  ],
  [
    "restart",
    "an object such as { intensity: 10, period: 60000 }",
    [
      [true, "true"],
      [10, "10"],
      ["give-up", "'give-up'"],
      [null, "null"],
    ],
  ],
  ...(["user", "group"] as const).map(
    (name): Wrong => [
      name,
      ACCOUNT,
      [
        ["", "''"],
        [-1, "-1"],
        [1.5, "1.5"],
        [2 ** 31, "2147483648"],
        [null, "null"],
        [true, "true"],
      ],
    ],
  ),
  [
    "script",
    SCRIPT,
    [
      ["", "''"],
      ["/no/such/program.js", "'/no/such/program.js'"],
      ["file:///no/such/program.js", "'file:///no/such/program.js'"],
      [8, "8"],
      [null, "null"],
    ],
  ],
  [
    "args",
    "an array of strings",
    [
      ["--verbose", "'--verbose'"],
      [[1], "[ 1 ]"],
      [["a", undefined], "[ 'a', undefined ]"],
      [null, "null"],
    ],
  ],
  [
    "env",
    'an object such as { LOG_LEVEL: "debug" }, of strings, numbers and booleans,',
    [
      ["SECRET=1", "a string"],
      [["SECRET=1"], "an array"],
      [null, "null"],
      [{ A: "1", B: ["secret"] }, "a value of type object for B"],
      [{ B: null }, "a value of type null for B"],
      [{ B: "secret\0" }, "a value of type string for B"],
      [{ "": "secret" }, "the name ''"],
      [{ "A=B": "secret" }, "the name 'A=B'"],
    ],
  ],
  [
    "cwd",
    "the path of a folder that exists",
    [
      ["", "''"],
      ["/no/such/folder", "'/no/such/folder'"],
      [process.execPath, `'${process.execPath}'`],
      [null, "null"],
    ],
  ],
  [
    "nodeArgs",
    'an array of options of Node, such as ["--max-old-space-size=200"],',
    [
      ["--enable-source-maps", "'--enable-source-maps'"],
      [[1], "[ 1 ]"],
      [[""], "[ '' ]"],
      [null, "null"],
    ],
  ],
  [
    "log",
    "true, false or a function",
    [
      ["yes", "'yes'"],
      [1, "1"],
      [null, "null"],
    ],
  ],
];
