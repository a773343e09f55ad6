// What the command line says of a service that serves, and of errors.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CommanderError } from "commander";
import { describe } from "#src/cli/announce.js";
import { CliError, usageError } from "#src/cli/cli-error.js";
import { failureOf } from "#src/cli/failure.js";
import { asMisspelt } from "#src/cli/misspelt.js";
import { BindError, ControlError, StartError, UsageError } from "#src/errors.js";
import { setEnvironment } from "../../helpers/environment.js";

const at = (address: string, port: number): { address: string; port: number; family: string } => ({
  address,
  port,
  family: address.includes(":") ? "IPv6" : "IPv4",
});

test("where a service is", () => {
  const service = { name: "shop", pid: 42, wanted: 4 };
  const lines: [Parameters<typeof describe>[0]["addresses"], string][] = [
    [[], "shop (pid 42): 4 nodes up, listening nowhere"],
    [[at("::", 8000)], "shop (pid 42): 4 nodes serve port 8000"],
    [
      [at("0.0.0.0", 8000), at("127.0.0.1", 9000), at("::1", 9001), "/run/x.sock"],
      "shop (pid 42): 4 nodes serve port 8000, 127.0.0.1:9000, [::1]:9001 and /run/x.sock",
    ],
    [
      [
        { ...at("0.0.0.0", 53), transport: "udp" },
        { ...at("::1", 54), transport: "udp" },
      ],
      "shop (pid 42): 4 nodes serve UDP port 53 and UDP [::1]:54",
    ],
  ];
  for (const [addresses, line] of lines) assert.equal(describe({ ...service, addresses }), line);
  assert.equal(describe({ ...service, wanted: 1, addresses: [at("::", 1)] }), "shop (pid 42): 1 node serves port 1");
});

const FAILURES: [error: unknown, exitCode: number, text: string | undefined][] = [
  [new CliError("so it is"), 1, "so it is"],
  [usageError("not so"), 2, "not so"],
  [new UsageError("MN_ERR_OPTION", "option x"), 2, "option x"],
  [new StartError("MN_ERR_RELOAD_FAILED", "given up"), 1, "given up"],
  [new BindError("MN_ERR_NO_PERMISSION", "no permission"), 1, "no permission"],
  [new ControlError("MN_ERR_NO_SERVICE", "none"), 3, "none"],
  [new ControlError("MN_ERR_NO_SUCH_NODE", "none"), 3, "none"],
  [new ControlError("MN_ERR_CONTROL_TIMEOUT", "late"), 4, "late"],
  [Object.assign(new Error("ENOSPC: full"), { code: "ENOSPC" }), 1, "ENOSPC: full"],
  [new TypeError("a fault"), 1, "a fault (NODE_DEBUG=multi-node tells where)"],
  ["a text", 1, "a text"],
  [new CommanderError(0, "commander.helpDisplayed", "(outputHelp)"), 0, undefined],
  [
    new CommanderError(1, "commander.unknownOption", "error: unknown option '--x'\n(Did you mean --y?)"),
    2,
    "unknown option '--x': did you mean --y? (--help lists what there is; what is a program's own follows --)",
  ],
];

for (const [error, exitCode, text] of FAILURES) {
  test(`${text ?? "no text"}: exit code ${exitCode}`, (t) => {
    setEnvironment(t, { NODE_DEBUG: undefined });
    assert.deepEqual(failureOf(error), { text, exitCode });
  });
}

test("an option of a misspelt command is not the mistake", () => {
  const option = new CommanderError(1, "commander.unknownOption", "error: unknown option '-s'");
  const commands = ["status", "scale"];
  assert.equal(
    failureOf(asMisspelt(option, "sttaus", commands)).text,
    "there is no command sttaus: did you mean status?",
  );
  for (const word of ["server.js", "status", "-s", undefined]) assert.equal(asMisspelt(option, word, commands), option);
  const help = new CommanderError(0, "commander.helpDisplayed", "(outputHelp)");
  assert.equal(asMisspelt(help, "sttaus", commands), help);
});
