// What flags, variables and a configuration file say, and which of them holds.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Command } from "commander";
import fc from "fast-check";
import { addSettings } from "#src/cli/settings/flags.js";
import { type Given, readEnvironment, readFileSettings, readFlags, settle } from "#src/cli/settings/given.js";
import { flagOf, isGivenBy, type Setting, variableOf } from "#src/cli/settings/setting.js";
import { settings } from "#src/cli/settings/table.js";
import { SAMPLES } from "../../../helpers/setting-samples.js";

const FILE = "/srv/app/multi-node.config.json";

/** What commander makes of these words. */
function flags(...words: string[]): Given[] {
  const command = new Command();
  addSettings(command);
  return readFlags(command.parse(words, { from: "user" }).opts());
}

function file(content: unknown): Given[] {
  return readFileSettings(content, FILE, "/srv/app");
}

function holding(name: string, ...layers: Given[][]): unknown[] {
  const found = settle(layers).find(({ setting }) => setting.name === name);
  return [found?.value, found?.origin.source, found?.origin.where];
}

// Who says what; what holds; who said it.
const PRECEDENCE: [said: { flag?: string; own?: string; custom?: string; file?: number }, holds: unknown[]][] = [
  [{}, [undefined, "default", ""]],
  [{ file: 5 }, [5, "file", FILE]],
  [{ custom: "4", file: 5 }, [4, "environment", "WEB_CONCURRENCY"]],
  [{ own: "3", custom: "4", file: 5 }, [3, "environment", "MULTI_NODE_NODES"]],
  [{ own: "3", custom: "4" }, [3, "environment", "MULTI_NODE_NODES"]],
  [{ flag: "2", own: "3", custom: "4", file: 5 }, [2, "flag", "--nodes"]],
  [{ flag: "2", file: 5 }, [2, "flag", "--nodes"]],
  [{ own: "", custom: "4" }, [4, "environment", "WEB_CONCURRENCY"]],
  [{ own: "", custom: "", file: 5 }, [5, "file", FILE]],
];

for (const [said, holds] of PRECEDENCE) {
  test(`of ${JSON.stringify(said)} holds ${JSON.stringify(holds[0])}`, () => {
    const environment = { MULTI_NODE_NODES: said.own, WEB_CONCURRENCY: said.custom };
    assert.deepEqual(
      holding(
        "nodes",
        said.flag === undefined ? [] : flags("-n", said.flag),
        readEnvironment(environment),
        file(said.file === undefined ? {} : { nodes: said.file }),
      ),
      holds,
    );
  });
}

test("every setting has a sample", () => {
  assert.deepEqual(settings.map(({ name }) => name).sort(), [...new Set(SAMPLES.map(({ name }) => name))].sort());
});

for (const { name, text, value } of SAMPLES) {
  const setting = settings.find((candidate) => candidate.name === name) as Setting;
  test(`${name}: ${text ?? "a value"} means the same wherever it is given`, () => {
    const expected = [{ setting, value }];
    const plain = (given: Given[]): unknown => given.map((one) => ({ setting: one.setting, value: one.value }));
    if (isGivenBy(setting, "file")) {
      assert.deepEqual(plain(file(nested(name, value))), expected);
      if (text !== undefined) assert.deepEqual(plain(file(nested(name, text))), expected);
    }
    if (isGivenBy(setting, "environment")) {
      assert.deepEqual(plain(readEnvironment({ [variableOf(setting)]: text })), expected);
      for (const custom of setting.variables ?? [])
        assert.deepEqual(plain(readEnvironment({ [custom]: text })), expected);
    }
    if (isGivenBy(setting, "flag")) assert.deepEqual(plain(flags(...wordsFor(setting, text))), expected);
  });
}

test("any number of nodes means the same wherever it is given", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_024 }), (count) => {
      const layers = [
        flags(`-n${count}`),
        flags("--nodes", `${count}`),
        readEnvironment({ MULTI_NODE_NODES: `${count}` }),
        file({ nodes: count }),
        file({ nodes: `${count}` }),
      ];
      for (const layer of layers) assert.equal(holding("nodes", layer)[0], count);
    }),
  );
});

test("a flag that may be given more than once collects", () => {
  const [value] = holding("exclusive", flags("--exclusive", "9229", "--exclusive", "9230,9231"));
  assert.deepEqual(value, [9229, 9230, 9231]);
});

test("both flags of a switch", () => {
  assert.equal(holding("watch", flags("--watch"))[0], true);
  assert.equal(holding("watch", flags("--no-watch"))[0], false);
  assert.equal(holding("restartChildren", flags("--no-restart-children"))[0], false);
  assert.equal(holding("restartChildren", flags("--restart-children"))[0], true);
  assert.deepEqual(flags(), []);
});

test("a function, and paths relative to the file, in a configuration file", () => {
  const key = (): string => "x";
  const said = file({ script: "server.js", watchPath: ["src", "/etc/app"], stickyKey: key, balance: key });
  assert.equal(holding("script", said)[0], "/srv/app/server.js");
  assert.deepEqual(holding("watchPath", said)[0], ["/srv/app/src", "/etc/app"]);
  assert.equal(holding("stickyKey", said)[0], key);
  assert.equal(holding("balance", said)[0], key);
});

test("variables of other programs and multi-node's own are no settings", () => {
  assert.deepEqual(
    readEnvironment({ PATH: "/bin", MULTI_NODE_BOOT: "{}", MULTI_NODE_HANDOVER: "{}", MULTINODE: "x" }),
    [],
  );
});

const WRONG: [what: string, read: () => unknown, message: string | RegExp][] = [
  ["a bad flag", () => flags("-n", "many"), /^--nodes: an integer from 1 to 1024 or "auto" .* is taken, got 'many'$/],
  ["a bad choice", () => flags("--balance", "stiky"), /got 'stiky'; did you mean sticky\?$/],
  [
    "a bad time",
    () => flags("--drain-timeout", "25 sec"),
    /^--drain-timeout: a time such as 25s, 500ms or 2m, greater than 0 .* got '25 sec'$/,
  ],
  ["too short a time", () => flags("--hang-timeout", "1s"), /^--hang-timeout: a time of at least 2s, or 0 for off \(/],
  ["too long a time", () => flags("--max-lifetime", "25d"), /^--max-lifetime: /],
  ["a bad port", () => readEnvironment({ PORT: "65536" }), "PORT: a port, 0 to 65535, is taken, got '65536'"],
  ["too many nodes", () => flags("-n", "1025"), /^--nodes: an integer from 1 to 1024 or .* got '1025'$/],
  [
    "too many in the environment",
    () => readEnvironment({ WEB_CONCURRENCY: "100000" }),
    /^WEB_CONCURRENCY: .* '100000'$/,
  ],
  ...["nodes", "minNodes", "maxNodes", "surge"].map((name): (typeof WRONG)[number] => [
    `too large a number as ${name} in a file`,
    () => file({ [name]: 1e15 }),
    new RegExp(`: ${name}: an integer from 1 to 1024 .*is taken, got 1000000000000000$`),
  ]),
  ["too many deaths", () => flags("--restart-intensity", "100001"), /^--restart-intensity: .* to 100000 is taken, /],
  ["a bad count", () => readEnvironment({ WEB_CONCURRENCY: "0" }), /^WEB_CONCURRENCY: .* got '0'$/],
  [
    "an unknown variable",
    () => readEnvironment({ MULTI_NODE_DRAIN_TIME_OUT: "1s" }),
    "the variable MULTI_NODE_DRAIN_TIME_OUT is not known: did you mean MULTI_NODE_DRAIN_TIMEOUT?",
  ],
  ["a variable for what only a file has", () => readEnvironment({ MULTI_NODE_STICKY_KEY: "x" }), /is not known/],
  ["an unknown key", () => file({ node: 4 }), `${FILE}: node is not known: did you mean nodes?`],
  [
    "an unknown inner key",
    () => file({ restart: { periods: 1 } }),
    /: restart\.periods is not known: did you mean restart\.period\?$/,
  ],
  ["something strange", () => file({ zzzzzz: 4 }), /: zzzzzz is not known: known are script, args, nodes, /],
  ["what is no key of a file", () => file({ config: "x" }), /: config is not known/],
  [
    "a bad value in a file",
    () => file({ maxMemory: "lots" }),
    `${FILE}: maxMemory: a size such as 512M, 1.5G or 0 (off) is taken, got 'lots'`,
  ],
  ["null in a file", () => file({ nodes: null }), /: nodes: .* got null$/],
  [
    "an object that is none",
    () => file({ restart: 5 }),
    /: restart: an object with restart\.intensity, .* is taken, got 5$/,
  ],
  ["a list", () => file([1]), `${FILE}: an object such as { "nodes": 4 } is taken, got [ 1 ]`],
];

for (const [what, read, message] of WRONG) {
  test(`${what} is refused`, () => assert.throws(read, { name: "CliError", exitCode: 2, message }));
}

function wordsFor(setting: Setting, text: string | undefined): string[] {
  const flag = flagOf(setting);
  if (setting.kind.placeholder !== undefined) return [flag, text ?? ""];
  return [text === "true" ? flag : flag.replace("--", "--no-")];
}

/** `{ restart: { period: 1 } }` for `restart.period`. */
function nested(name: string, value: unknown): object {
  return name.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as object;
}
