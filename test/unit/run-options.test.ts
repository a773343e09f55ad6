// The options of run(): those of a service, without a port and with a program.
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { test } from "node:test";
import { UsageError } from "#src/errors.js";
import { checkRunOptions, type RunOptions } from "#src/run-options.js";

const SCRIPT = process.argv[1] as string;
const PRELOAD = "/opt/preload.cjs";

test("the defaults: a program without arguments, its output with a prefix, no port left alone", () => {
  const options = checkRunOptions({ script: SCRIPT }, PRELOAD);
  const { script, args, output, hosted, masterListen } = options;
  assert.deepEqual([script, args, output, masterListen], [SCRIPT, [], "prefix", false]);
  assert.deepEqual(hosted, {
    exclusive: [],
    sharedPorts: false,
    preload: PRELOAD,
    waitReady: false,
    killSignal: "SIGTERM",
    helperTimeout: 5_000,
  });
});

test("what is given is kept", () => {
  const given = { script: pathToFileURL(SCRIPT), args: ["a"], output: "json", exclusive: [80, 0], nodes: 3 } as const;
  const { script, args, output, hosted, nodes } = checkRunOptions(given, PRELOAD);
  assert.deepEqual([script, args, output, nodes], [SCRIPT, ["a"], "json", 3]);
  assert.deepEqual(hosted?.exclusive, [80, 0]);
});

const wrong: [what: string, options: object, message: RegExp][] = [
  ["no program", {}, /^option script: .* is taken, got undefined$/],
  ["a program that is not there", { script: "/nowhere.js" }, /^option script: /],
  ["a port", { script: SCRIPT, port: 80 }, /port/],
  ["a host", { script: SCRIPT, host: "::" }, /host/],
  ["a master that serves", { script: SCRIPT, masterListen: true }, /masterListen/],
  [
    "output of another kind",
    { script: SCRIPT, output: "loud" },
    /^option output: "prefix", "raw" or "json" is taken, got 'loud'$/,
  ],
  [
    "no array of ports",
    { script: SCRIPT, exclusive: 80 },
    /^option exclusive: an array of TCP ports is taken, got 80$/,
  ],
  ["a port that there is not", { script: SCRIPT, exclusive: [65_536] }, /^option exclusive: /],
  ["a port in words", { script: SCRIPT, exclusive: ["80"] }, /^option exclusive: /],
  [
    "a word for waitReady",
    { script: SCRIPT, waitReady: "yes" },
    /^option waitReady: true or false is taken, got 'yes'$/,
  ],
  ["a negative time", { script: SCRIPT, helperTimeout: -1 }, /^option helperTimeout: .* got -1$/],
  [
    "a signal that cannot be caught",
    { script: SCRIPT, killSignal: "SIGKILL" },
    /^option killSignal: .* got 'SIGKILL'$/,
  ],
  ["a number of nodes that is none", { script: SCRIPT, nodes: 0 }, /^option nodes: /],
];

for (const [what, options, message] of wrong) {
  test(`not taken: ${what}`, () => {
    assert.throws(
      () => checkRunOptions(options as RunOptions, PRELOAD),
      (error) => error instanceof UsageError && error.code === "MN_ERR_OPTION" && message.test(error.message),
    );
  });
}
