// How each peer is started: the processes that the bench has to start for it, as `{ command, args, env, cwd, mayEnd }`.

import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { packageFolder } from "../common/install.mjs";

export const BUN = "@oven/bun-linux-x64";
export const DENO = "@deno/linux-x64-glibc";

const bare = new URL("peers/bare.mjs", import.meta.url);

export function oneProcess(place) {
  return [program(place, bare)];
}

export function sharingPort(place) {
  return repeated(place.nodes, program(place, bare, { BENCH_REUSE_PORT: "1" }));
}

/** The first at the port that is asked for, the others wherever there is room. */
export function apart(place) {
  return [program(place, bare), ...repeated(place.nodes - 1, program(place, bare, { BENCH_PORT: "0" }))];
}

export function multiNode(balance) {
  return (place) => [program(place, new URL("peers/multi-node.mjs", import.meta.url), { BENCH_BALANCE: balance })];
}

export function cluster(scheduling) {
  return (place) => [program(place, new URL("peers/cluster.mjs", import.meta.url), { BENCH_SCHEDULING: scheduling })];
}

export function throng(place) {
  return [program(place, new URL("peers/throng.mjs", import.meta.url), { BENCH_PACKAGE: entryOf("throng") })];
}

export function recluster(place) {
  const env = { BENCH_PACKAGE: entryOf("recluster") };
  return [program(place, new URL("peers/recluster.mjs", import.meta.url), env)];
}

export function pm2Start(place) {
  const app = fileURLToPath(new URL("peers/pm2-app.mjs", import.meta.url));
  return [pm2(place, ["start", app, "-i", String(place.nodes), "--name", "bench"])];
}

export function pm2Reload(place) {
  return pm2(place, ["reload", "bench"]);
}

/** Watt serves a folder: one with its configuration and a program that loads ours. */
export function wattStart(place) {
  const { folder, nodes, port } = place;
  const app = join(folder, "app");
  mkdirSync(app);
  symlinkSync(fileURLToPath(new URL("../node_modules", import.meta.url)), join(app, "node_modules"));
  const runtime = { workers: { static: nodes }, server: { hostname: "127.0.0.1", port }, logger: { level: "error" } };
  const files = {
    "watt.json": JSON.stringify({ module: "@platformatic/node", runtime }),
    "package.json": JSON.stringify({ name: "bench", type: "module", main: "main.js" }),
    "main.js": `import ${JSON.stringify(bare.href)};\n`,
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(app, name), content);
  return [watt(place, "start")];
}

export function wattRestart(place) {
  return watt(place, "restart");
}

export function bun({ nodes }) {
  const program = fileURLToPath(new URL("peers/bun.mjs", import.meta.url));
  return repeated(nodes, { command: inPackage(BUN, "bin/bun"), args: [program] });
}

export function deno({ nodes, port }) {
  const program = fileURLToPath(new URL("peers/deno.mjs", import.meta.url));
  const flags = ["--parallel", "--allow-all", "--no-config", "--port", String(port), "--host", "127.0.0.1"];
  const env = { DENO_JOBS: String(nodes), DENO_NO_UPDATE_CHECK: "1" };
  return [{ command: inPackage(DENO, "deno"), args: ["serve", ...flags, program], env }];
}

function program({ node }, url, env = {}) {
  return { command: node, args: [fileURLToPath(url)], env };
}

/** With a daemon of its own, in the folder of the measurement. */
function pm2({ node, folder }, args) {
  const env = { PM2_HOME: join(folder, "pm2"), PM2_DISABLE_VERSION_CHECK: "true" };
  return { command: node, args: [inPackage("pm2", "bin/pm2"), ...args], env, mayEnd: true };
}

function watt({ node, folder }, verb) {
  return { command: node, args: [inPackage("wattpm", "bin/cli.js"), verb], cwd: join(folder, "app") };
}

function entryOf(name) {
  return import.meta.resolve(name);
}

function inPackage(name, path) {
  return join(packageFolder(name), path);
}

function repeated(count, launch) {
  return Array.from({ length: count }, () => launch);
}
