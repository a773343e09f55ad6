// What `multi-node migrate` makes of PM2's ecosystem files, and that the command takes it.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { command, type Done, writeFiles } from "../helpers/command.js";
import { temporaryFolder } from "../helpers/environment.js";

interface Told {
  services: {
    name: string;
    settings: Record<string, unknown>;
    notes: { key: string; instead: string }[];
    file: string;
    command: string;
  }[];
  notes: { key: string; instead: string }[];
}

const API = {
  name: "api",
  script: "./server.js",
  cwd: "app",
  args: "--verbose 'a b'",
  instances: "max",
  exec_mode: "cluster",
  interpreter: "node",
  node_args: "--max-old-space-size=300",
  source_map_support: true,
  env: { NODE_ENV: "development", WORKERS: 2 },
  env_production: { NODE_ENV: "production" },
  env_staging: { NODE_ENV: "staging" },
  port: 3000,
  watch: ["src"],
  max_memory_restart: "300M",
  min_uptime: "10s",
  max_restarts: 10,
  listen_timeout: 8000,
  kill_timeout: 5000,
  wait_ready: true,
  autorestart: false,
  treekill: false,
};

const SETTINGS = {
  script: "app/server.js",
  args: ["--verbose", "a b"],
  nodes: "auto",
  name: "api",
  cwd: "app",
  env: { NODE_ENV: "production", WORKERS: "2" },
  nodeArgs: ["--max-old-space-size=300", "--enable-source-maps"],
  port: 3000,
  readyTimeout: 8000,
  waitReady: true,
  killSignal: "SIGINT",
  drainTimeout: 5000,
  helperTimeout: 0,
  maxMemory: "300M",
  minUptime: "10s",
  restartChildren: false,
  restart: { intensity: 10, beyond: "give-up" },
  watchPath: ["src"],
};

test("each key becomes a setting, and the environment that is asked for is merged", (t) => {
  const { services, notes } = migrated(t, { apps: [API] }, "--env", "production");
  const [api] = services;
  assert.deepEqual(api?.settings, SETTINGS);
  assert.deepEqual([api?.file, api?.command, notes], ["multi-node.config.json", "multi-node", []]);
  assert.deepEqual(
    api?.notes.map(({ key }) => key),
    ["env_staging", "max_restarts"],
  );
});

/** A key without a counterpart, and what is said of it. */
const NOTES: readonly (readonly [key: string, value: unknown, instead: RegExp])[] = [
  ["ignore_watch", ["x"], /watchPath/],
  ["watch_delay", 1000, /leave it out/],
  ["out_file", "o.log", /redirect it/],
  ["error_file", "e.log", /redirect it/],
  ["log_file", "l.log", /redirect it/],
  ["output", "o.log", /redirect it/],
  ["disable_logs", true, /\/dev\/null/],
  ["merge_logs", true, /one process/],
  ["log_date_format", "YYYY", /--log json/],
  ["pid_file", "x.pid", /multi-node list --json/],
  ["restart_delay", 100, /back-off/],
  ["exp_backoff_restart_delay", 100, /back-off/],
  ["stop_exit_codes", [0], /whatever its exit code/],
  ["cron_restart", "0 3 * * *", /0 3 \* \* \* multi-node reload -s shop/],
  ["vizion", false, /leave it out/],
  ["force", true, /leave it out/],
  ["namespace", "x", /write it into name/],
  ["post_update", ["npm i"], /multi-node reload/],
  ["filter_env", true, /env -i/],
  ["pmx", false, /multi-node top/],
  ["shutdown_with_message", true, /SIGINT/],
  ["increment_var", "PORT", /MULTI_NODE_SLOT/],
  ["instance_var", "INSTANCE", /MULTI_NODE_SLOT/],
  ["interpreter", "python3", /nodes run the Node/],
  ["exec_mode", "fork", /share the ports/],
  ["instances", -1, /write it into nodes/],
  ["kill_timeout", "soon", /drainTimeout does not take "soon"/],
  ["no_key", 1, /not a key of PM2/],
];

for (const [key, value, instead] of NOTES) {
  test(`${key}: ${JSON.stringify(value)} has no counterpart: ${instead.source}`, (t) => {
    const { services } = migrated(t, { apps: [{ name: "shop", script: "server.js", instances: 4, [key]: value }] });
    assert.equal(services[0]?.notes.length, 1);
    assert.match(services[0]?.notes[0]?.instead ?? "", instead);
  });
}

test("several apps are several files, which are written where none is there, and are taken as they are", (t) => {
  const folder = temporaryFolder(t);
  const apps = [API, { name: "my worker", script: "worker.js" }, { name: "my worker", script: "other.js" }];
  writeFiles(folder, {
    "ecosystem.config.js": `module.exports = ${JSON.stringify({ apps, deploy: {} })};`,
    "app/server.js": "",
    "worker.js": "",
    "other.js": "",
    src: "",
  });
  const words = ["migrate", "ecosystem.config.js", "--env", "production"];
  const told = command(words, folder);
  assert.deepEqual([told.code, told.stderr], [0, ""]);
  assert.match(
    told.stdout,
    /^api\n {2}api\.multi-node\.json \(to be written\):\n[^]*^ {2}run by: multi-node --config api\.multi-node\.json$/m,
  );
  assert.match(
    told.stdout,
    /^ {2}or without the file: multi-node app\/server\.js --nodes auto --name api .* -- --verbose 'a b'$/m,
  );
  assert.match(told.stdout, /^Beside the apps:\n {4}deploy: deploy with a script/m);
  assert.ok(!existsSync(join(folder, "api.multi-node.json")), "nothing is written unasked");
  writeFileSync(join(folder, "my-worker.multi-node.json"), "mine");
  const refused = command([...words, "--write"], folder);
  assert.deepEqual([refused.code, existsSync(join(folder, "api.multi-node.json"))], [1, false]);
  assert.match(
    refused.stderr,
    /^multi-node: my-worker\.multi-node\.json is there already, and nothing is overwritten: none is written$/m,
  );
  assert.equal(readFileSync(join(folder, "my-worker.multi-node.json"), "utf8"), "mine");
  writeFiles(folder, {
    "b/ecosystem.config.cjs": `module.exports = ${JSON.stringify(apps.slice(0, 2))};`,
    "b/app/server.js": "",
    "b/worker.js": "",
  });
  const inside = join(folder, "b");
  assert.equal(command(["migrate", "ecosystem.config.cjs", "--env", "production", "--write"], inside).code, 0);
  assert.deepEqual(JSON.parse(readFileSync(join(inside, "api.multi-node.json"), "utf8")), SETTINGS);
  for (const file of ["api.multi-node.json", "my-worker.multi-node.json"]) {
    const config = command(["config", "--config", file], inside);
    assert.deepEqual([config.code, config.stderr], [0, ""], file);
  }
});

test("npm as script: the program has to be named", (t) => {
  const { services } = migrated(t, [{ name: "web", script: "npm", args: "start" }]);
  assert.deepEqual(services[0]?.settings, { nodes: 1, name: "web", killSignal: "SIGINT" });
  assert.match(services[0]?.notes[0]?.instead ?? "", /name the JavaScript file/);
});

test("YAML is read by the package that the project has for it; without one the error says what to install", (t) => {
  const folder = temporaryFolder(t);
  const apps = [{ script: "app.js", instances: 4 }];
  // As YAML contains JSON, a package that reads only that will do here.
  writeFiles(folder, { "a.yml": JSON.stringify({ apps }), "a.json": JSON.stringify({ apps }) });
  const { code, stderr } = command(["migrate", "a.yml"], folder);
  assert.equal(code, 2);
  assert.match(stderr, /a\.yml cannot be read: for YAML, install the package yaml there/);
  writeFiles(folder, { "node_modules/js-yaml/index.js": "exports.load = JSON.parse;" });
  assert.deepEqual(
    toldBy(command(["migrate", "a.yml", "--json"], folder)),
    toldBy(command(["migrate", "a.json", "--json"], folder)),
  );
});

function migrated(t: TestContext, content: object, ...words: string[]): Told {
  const folder = temporaryFolder(t);
  writeFiles(folder, { "ecosystem.json": JSON.stringify(content) });
  return toldBy(command(["migrate", "ecosystem.json", "--json", ...words], folder));
}

function toldBy({ code, stdout, stderr }: Done): Told {
  assert.deepEqual([code, stderr], [0, ""]);
  return JSON.parse(stdout) as Told;
}
