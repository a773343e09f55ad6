// The settings of the first group: which program runs, how many times, and as what.
import * as kinds from "./kinds.js";
import type { Setting } from "./setting.js";

export const programSettings: readonly Omit<Setting, "group">[] = [
  {
    name: "config",
    kind: kinds.path,
    help: "the configuration file",
    fallback: "multi-node.config.* or package.json",
    sources: ["flag", "environment"],
    option: false,
  },
  {
    name: "script",
    kind: kinds.path,
    help: "the program",
    fallback: "none: it has to be given",
    sources: ["file"],
  },
  {
    name: "args",
    kind: kinds.texts,
    help: "the program's arguments; on the command line what follows --",
    fallback: "none",
    sources: ["file"],
  },
  {
    name: "nodes",
    kind: kinds.nodes,
    short: "n",
    help: "how many processes serve; auto: one for each CPU",
    fallback: "auto",
    variables: ["WEB_CONCURRENCY"],
  },
  {
    name: "minNodes",
    kind: kinds.count,
    help: "the fewest that scaling by load leaves",
    fallback: "no scaling by load",
  },
  {
    name: "maxNodes",
    kind: kinds.count,
    help: "the most that scaling by load starts",
    fallback: "no scaling by load",
  },
  {
    name: "name",
    kind: kinds.name,
    help: "what the service is called",
    fallback: "as its package, or its file",
  },
  {
    name: "user",
    kind: kinds.account,
    help: "the user that nodes run as; the master has to be root",
    fallback: "the master's",
  },
  {
    name: "group",
    kind: kinds.account,
    help: "the group that nodes run as",
    fallback: "the user's",
  },
  {
    name: "cwd",
    kind: kinds.path,
    help: "the folder that nodes run in",
    fallback: "the current folder",
  },
  {
    name: "env",
    kind: kinds.variables,
    help: "a variable of the nodes' environment; repeatable",
    fallback: "none",
    sources: ["flag", "file"],
  },
  {
    name: "nodeArgs",
    kind: kinds.nodeOptions,
    help: "Node's own options for the nodes; repeatable",
    fallback: "none",
  },
];
