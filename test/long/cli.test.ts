// The command itself: help, version, settings, and one paragraph with the right exit code for whatever is wrong.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { command, writeFiles } from "../helpers/command.js";
import { temporaryFolder } from "../helpers/environment.js";
import { steerInShell } from "../helpers/steer.js";

const { version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

test("--version", (t) => {
  const folder = temporaryFolder(t);
  for (const flag of ["--version", "-V"]) {
    assert.deepEqual(command([flag], folder), { code: 0, stdout: `${version}\n`, stderr: "" });
  }
});

test("--help tells of commands, examples and exit codes", (t) => {
  const folder = temporaryFolder(t);
  const { code, stdout, stderr } = command(["--help"], folder);
  assert.deepEqual([code, stderr], [0, ""]);
  for (const part of [
    "Usage: multi-node [run] <script>",
    "Run a program:",
    "Examples:",
    "Exit codes:",
    "docs/cli.md",
  ]) {
    assert.ok(stdout.includes(part), part);
  }
  assert.equal(command(["help"], folder).stdout, stdout);
});

test("each command has its own help", (t) => {
  const folder = temporaryFolder(t);
  for (const name of ["run", "config", "completion"]) {
    const { code, stdout } = command([name, "--help"], folder);
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`^Usage: multi-node ${name} `));
    assert.equal(command(["help", name], folder).stdout, stdout);
  }
  assert.doesNotMatch(command(["top", "--help"], folder).stdout, /--json/);
  assert.match(command(["run", "-h"], folder).stdout, /Health and restarts:\n {2}--hang-timeout <time> /);
});

test("config tells what holds and where it comes from", (t) => {
  const folder = temporaryFolder(t);
  const content = { script: "app", drainTimeout: "10s", restart: { intensity: 3 }, maxMemory: "512M" };
  writeFiles(folder, { "app/index.js": "", "multi-node.config.json": JSON.stringify(content) });
  const words = ["config", "-n", "3", "--json", "--", "--verbose"];
  const { code, stdout, stderr } = command(words, folder, { PORT: "8000", MULTI_NODE_MAX_MEMORY: "1G" });
  assert.deepEqual([code, stderr], [0, ""]);
  const told = JSON.parse(stdout) as Record<string, { value: unknown; source: string; where: string }>;
  const file = join(folder, "multi-node.config.json");
  const expected: Record<string, [unknown, string, string]> = {
    config: [file, "file", "found"],
    script: [join(folder, "app"), "file", file],
    args: [["--verbose"], "flag", "command line"],
    nodes: [3, "flag", "--nodes"],
    port: [8000, "environment", "PORT"],
    drainTimeout: [10_000, "file", file],
    maxMemory: [2 ** 30, "environment", "MULTI_NODE_MAX_MEMORY"],
    "restart.intensity": [3, "file", file],
    surge: [null, "default", ""],
  };
  for (const [name, [value, source, where]] of Object.entries(expected)) {
    const { default: _words, ...rest } = (told[name] ?? {}) as Record<string, unknown>;
    assert.deepEqual(rest, { value, source, where }, name);
  }
  const table = command(["config", "-n", "3"], folder).stdout;
  assert.match(table, /^SETTING +VALUE +FROM\n/);
  assert.match(table, /^nodes +3 +--nodes$/m);
  assert.match(table, /^drainTimeout +10s +\/.*multi-node\.config\.json$/m);
  assert.match(table, /^surge +1 +default$/m);
});

test("config names the variables of env and shows no value, and neither does an error", (t) => {
  const folder = temporaryFolder(t);
  writeFiles(folder, { "multi-node.config.json": JSON.stringify({ env: { PASSWORD: "hush" } }) });
  for (const words of [["config"], ["config", "--json"], ["config", "--env", "PASSWORD=hush"]]) {
    const { code, stdout } = command(words, folder);
    assert.equal(code, 0);
    assert.match(stdout, /PASSWORD \(values are not shown\)/);
    assert.ok(!stdout.includes("hush"), stdout);
  }
  const { code, stderr } = command(["config", "--env", "hush"], folder);
  assert.deepEqual([code, stderr.includes("hush")], [2, false], stderr);
  assert.match(stderr, /--env: KEY=VALUE .* is taken/);
});

const PROGRAM = { "server.js": "" };

const SCRIPTS = {
  "package.json": JSON.stringify({
    scripts: { start: "node --enable-source-maps dist/main.js", dev: "tsx watch src/dev.ts" },
  }),
};

/** What is asked, with what in the folder, and what is said of it. */
const WRONG: [words: string, files: Record<string, string>, said: RegExp, env?: Record<string, string>][] = [
  ["", {}, /^which program is to be run\? /],
  ["server.js", {}, /^there is no program server\.js in \S+$/],
  ["serve.js", PROGRAM, /did you mean server\.js\?$/],
  ["confg", {}, /; did you mean config\?$/],
  ["run .", {}, /is a folder without a program: /],
  ["server.js --nodse 4", PROGRAM, /^unknown option '--nodse': did you mean --nodes\? /],
  ["server.js --verbose", PROGRAM, /what is a program's own follows --/],
  ["server.js other.js", PROGRAM, /^too many arguments for 'run'.*what is a program's own follows --/],
  ["start server.js -i max", {}, /^there is no command start: multi-node server\.js -n max runs a program$/],
  ["start", {}, /^there is no command start: multi-node server\.js runs a program$/],
  [
    "start ecosystem.config.js",
    {},
    /^ecosystem\.config\.js is a file of PM2: multi-node migrate ecosystem\.config\.js prints /,
  ],
  ["ecosystem.config.cjs", {}, /^ecosystem\.config\.cjs is a file of PM2: multi-node migrate /],
  ["migrate none.js", {}, /^there is no \S+none\.js$/],
  ["migrate a.json", { "a.json": "{}" }, /a\.json has no apps: /],
  ["migrate a.json", { "a.json": "{" }, /a\.json cannot be read: /],
  [
    "migrate a.yml",
    { "a.yml": "apps: &x\n" },
    /a\.yml cannot be read: for YAML, install the package yaml there \(npm install yaml\), or give JSON$/,
  ],
  ["ls", {}, /^there is no command ls: multi-node list shows all services$/],
  ["ps -a", {}, /^there is no command ps: multi-node list shows all services$/],
  ["monit", {}, /^there is no command monit: multi-node top shows a service live$/],
  ["kill shop", {}, /^there is no command kill: multi-node stop shop ends a service$/],
  ["delete shop", {}, /^there is no command delete: multi-node stop shop ends a service, /],
  ["delete", {}, /^there is no command delete: multi-node stop ends a service, /],
  ["describe 0", {}, /^there is no command describe: multi-node status 0 shows a service$/],
  ["startup systemd", {}, /^there is no command startup: there is no daemon: systemd, /],
  ["server.js -i max", PROGRAM, /^there is no -i: -n, as in -n max, says how many nodes serve$/],
  ["server.js --max-memory-restart=1G", PROGRAM, /^there is no --max-memory-restart\S*: --max-memory says /],
  [
    "npm start",
    SCRIPTS,
    /^npm is no program for nodes: .*: multi-node dist\/main\.js \(start is "[^"]* dist\/main\.js"\)$/,
  ],
  ["yarn run dev", SCRIPTS, /: multi-node src\/dev\.ts \(dev is "tsx watch src\/dev\.ts"\)$/],
  ["npm start", {}, /^npm is no program for nodes: name the JavaScript file that it runs: multi-node server\.js$/],
  ["node server.js", PROGRAM, /^node is no program for nodes: .*: multi-node server\.js$/],
  ["start.sh", { "start.sh": "exec node server.js" }, /start\.sh is a script for a shell: name the JavaScript file /],
  ["bin/next", { "bin/next": "#!/bin/sh\nexec node" }, /bin\/next is a script for sh: name the JavaScript file /],
  ["app", { app: "#!/usr/bin/env python3\n" }, /app is a script for python3: /],
  ["tool", { tool: "\x7fELF" }, /tool is a binary: /],
  ["server.js -n", PROGRAM, /^option '-n, --nodes <count>' argument missing /],
  ["server.js -n 0", PROGRAM, /^--nodes: an integer from 1 to 1024 or "auto" .* is taken, got '0'$/],
  ["scale 1025", {}, /^scale: an integer from 1 to 1024 is taken, got 1025$/],
  ["scale 1000000000000000", {}, /^scale: an integer from 1 to 1024 is taken, got 1000000000000000$/],
  ["server.js --balance stiky", PROGRAM, /; did you mean sticky\?$/],
  ["server.js --min-nodes 4 --max-nodes 2", PROGRAM, /^option minNodes: at most maxNodes, 2, is taken, got 4$/],
  ["config --min-nodes 4 --max-nodes 2", {}, /^option minNodes: at most maxNodes, 2, is taken, got 4$/],
  ["server.js --proxy-protocol any", PROGRAM, /^option proxyProtocol: it is taken with a balance other than "shared"/],
  ["server.js --watch-path src", PROGRAM, /^there is no \S*src that could be watched$/],
  ["server.js", PROGRAM, /^the variable MULTI_NODE_NODS is not known: did you mean /, { MULTI_NODE_NODS: "4" }],
  ["server.js", PROGRAM, /^WEB_CONCURRENCY: .* got 'x'$/, { WEB_CONCURRENCY: "x" }],
  ["server.js", PROGRAM, /^PORT: a port, 0 to 65535, is taken, got 'http'$/, { PORT: "http" }],
  ["server.js --config no.json", PROGRAM, /^there is no configuration file \S+no\.json$/],
  ["server.js", { ...PROGRAM, "multi-node.config.json": "{" }, /config\.json cannot be read: /],
  ["server.js", { ...PROGRAM, "multi-node.config.json": '{"node":4}' }, /: node is not known: did you mean nodes\?$/],
  ["server.js", { ...PROGRAM, "package.json": '{"multi-node":{"surge":0}}' }, /package\.json: surge: .* got 0$/],
  ["completion tcsh", {}, /^completion: bash, zsh, fish are known, got tcsh$/],
  ["help no-such-command", {}, /^there is no command no-such-command: run, config, /],
  ["help confg", {}, /^there is no command confg: did you mean config\?$/],
];

for (const [words, files, said, env] of WRONG) {
  const more = Object.entries(env ?? {}).map(([name, value]) => `${name}=${value} `);
  test(`${more.join("")}multi-node ${words}: ${said.source}`, (t) => {
    const folder = temporaryFolder(t);
    writeFiles(folder, files);
    const { code, stdout, stderr } = command(words.split(" ").filter(Boolean), folder, env);
    assert.deepEqual([code, stdout], [2, ""], stderr);
    assert.match(stderr, /^multi-node: .*\n$/, "one paragraph");
    assert.match(stderr.slice("multi-node: ".length, -1), said);
  });
}

test("a program in TypeScript that this Node does not read: what to do about it", (t) => {
  const folder = temporaryFolder(t);
  writeFiles(folder, { "server.tsx": "const page: string = 1;" });
  const { code, stderr } = command(["server.tsx", "-n", "1", "--log", "raw"], folder);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^multi-node: no node of \S+ serves: .*; Node v\S+ does not read TypeScript; take Node 22\.18 /m,
  );
});

test("a program in JavaScript by the name of another tool's command is run", (t) => {
  const folder = temporaryFolder(t);
  writeFiles(folder, { "start.js": "throw new Error('it was run')" });
  assert.match(command(["start", "-n", "1"], folder).stderr, /it was run/);
});

test("a program with a syntax error: where it is, in one paragraph, exit code 1", (t) => {
  const folder = temporaryFolder(t);
  writeFiles(folder, { "server.js": "\nlet let;" });
  const { code, stderr } = command(["server.js", "-n", "2"], folder, { TMPDIR: folder, XDG_RUNTIME_DIR: "" });
  assert.equal(code, 1);
  assert.match(stderr, /^node-1 \| \S+server\.js:2\n/);
  assert.match(stderr, /\nmulti-node: no node of \S+server\.js serves: [^\n]*SyntaxError: [^\n]*\n$/);
  assert.doesNotMatch(stderr, /dist\/bundle/);
});

test("a port in use: one paragraph, exit code 1", async (t) => {
  const folder = temporaryFolder(t);
  writeFiles(folder, { "server.js": 'require("http").createServer().listen(process.env.PORT, "127.0.0.1");' });
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  t.after(() => taken.close());
  const { port } = taken.address() as AddressInfo;
  const { code, stderr } = command(["server.js", "-p", `${port}`], folder, { TMPDIR: folder, XDG_RUNTIME_DIR: "" });
  assert.equal(code, 1);
  assert.match(stderr, new RegExp(`^multi-node: no node of \\S+server\\.js serves: .*port ${port} .* is in use .*\n$`));
});

test("whoever reads no further ends the command without a word", async (t) => {
  const folder = temporaryFolder(t);
  for (const words of ["--help", "help run", "config", "completion bash"]) {
    const { stderr } = await steerInShell(folder, `(multi-node ${words}; echo $? >&2) | true`);
    assert.equal(stderr, "141\n", words);
  }
});

test("what is said of an error does not steer the terminal", (t) => {
  const { code, stderr } = command(["run", "./\u001b]0;title\u0007x\u001b[2J.js"], temporaryFolder(t));
  assert.equal(code, 2);
  assert.match(stderr, /^multi-node: there is no program x\.js in \P{Cc}*\n$/u);
});
