// Whom multi-node is measured against, and what each of them can do.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageFolder } from "../common/install.mjs";
import * as launch from "./launch.mjs";

/**
 * `id` is for the command line, `name` for the page. `launch(place)` gives the processes to start.
 * `reload`: the signal to the first process, or the command, that replaces all nodes. `heals`: replaces what dies.
 * `threads`: nodes are threads of one process. `plain`: only the plain handler. `needs`: the least minor version of Node by
 * its major one. `lone`: serves with one process, whatever is asked for. `apart`: each process has a port of its own.
 */
export const PEERS = [
  { id: "multi-node", name: "multi-node", ...multiNode("shared") },
  ...["round-robin", "least-connections", "sticky"].map((balance) => ({
    id: balance,
    name: `multi-node, ${balance}`,
    ...multiNode(balance),
  })),
  { id: "one", name: "Node, one process", lone: true, launch: launch.oneProcess },
  { id: "reuseport", name: "Node, reusePort", needs: { 22: 12, 23: 1 }, launch: launch.sharingPort },
  { id: "apart", name: "Node, a port each", apart: true, launch: launch.apart },
  { id: "cluster", name: "node:cluster", ...cluster("rr") },
  { id: "cluster-none", name: "node:cluster, SCHED_NONE", ...cluster("none") },
  {
    id: "pm2",
    name: "PM2, cluster mode",
    packages: ["pm2"],
    heals: true,
    launch: launch.pm2Start,
    reload: { command: launch.pm2Reload },
  },
  {
    id: "watt",
    name: "Platformatic Watt",
    packages: ["wattpm", "@platformatic/node"],
    needs: { 22: 19 },
    threads: true,
    launch: launch.wattStart,
    reload: { command: launch.wattRestart },
  },
  { id: "throng", name: "throng", packages: ["throng"], heals: true, launch: launch.throng },
  {
    id: "recluster",
    name: "recluster",
    packages: ["recluster"],
    heals: true,
    launch: launch.recluster,
    reload: { signal: "SIGUSR2" },
  },
  { id: "bun", name: "Bun, reusePort", packages: [launch.BUN], plain: true, launch: launch.bun },
  {
    id: "deno",
    name: "Deno, serve --parallel",
    packages: [launch.DENO],
    plain: true,
    threads: true,
    launch: launch.deno,
  },
];

/** The version of its first package, where it has one. */
export function versionOfPeer({ packages: [name] = [] }) {
  const folder = name && packageFolder(name);
  return folder && JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version;
}

/** Why this peer cannot be started with this version of Node, or undefined. */
export function missing({ packages = [], needs }, version) {
  const absent = packages.find((name) => packageFolder(name) === undefined);
  if (absent !== undefined) return `${absent} could not be installed`;
  return needs === undefined ? undefined : tooOld(needs, version);
}

function tooOld(needs, version) {
  const [major, minor] = version.split(".").map(Number);
  const majors = Object.keys(needs).map(Number);
  if (major > Math.max(...majors) || minor >= needs[major]) return undefined;
  return `needs Node ${majors[0]}.${needs[majors[0]]}`;
}

function multiNode(balance) {
  return { heals: true, reload: { signal: "SIGHUP" }, launch: launch.multiNode(balance) };
}

function cluster(scheduling) {
  return { heals: true, reload: { signal: "SIGUSR2" }, launch: launch.cluster(scheduling) };
}

export function nameOf(id) {
  return PEERS.find((peer) => peer.id === id).name;
}
