// Every setting, once: flags, variables, configuration keys, help, completion and `multi-node config` come from here.
import * as kinds from "./kinds.js";
import { programSettings } from "./program-settings.js";
import type { Group, Setting } from "./setting.js";

export const settings: readonly Setting[] = [
  ...inGroup("What runs:", programSettings),
  ...inGroup("Connections:", [
    {
      name: "port",
      kind: kinds.port,
      short: "p",
      help: "given to the program as PORT",
      fallback: "as the program decides",
      variables: ["PORT"],
      option: false,
    },
    {
      name: "exclusive",
      kind: kinds.ports,
      help: "a port that is left to Node, so that one node alone can have it; repeatable",
      fallback: "none",
    },
    {
      name: "sharedPorts",
      kind: kinds.yesOrNo,
      help: "share ports also where the program asks for one of its own (exclusive: true)",
      fallback: "false",
    },
    {
      name: "balance",
      kind: kinds.choiceOrFunction("shared", "round-robin", "least-connections", "sticky"),
      help: "who gets a new connection",
      fallback: "shared",
    },
    {
      name: "stickyKey",
      kind: kinds.aFunction,
      help: "with balance sticky: what makes a client the same client",
      fallback: "its address",
      sources: ["file"],
    },
    {
      name: "stickyCookie",
      kind: kinds.cookieName,
      help: "with balance sticky: the name of a cookie by which a client comes back to the node that answered it first",
      fallback: "none",
    },
    {
      name: "peek",
      kind: kinds.yesOrNo,
      help: "with a function as balance: wait for the first bytes of a connection",
      fallback: "false",
      sources: ["file"],
    },
    {
      name: "proxyProtocol",
      kind: kinds.proxies,
      help: "whose PROXY headers are read: any, or addresses and ranges; not with balance shared",
      fallback: "none",
    },
  ]),
  ...inGroup("Start, end and reload:", [
    {
      name: "readyTimeout",
      kind: kinds.timeout,
      help: "how long a node may take to serve",
      fallback: "30s",
    },
    {
      name: "waitReady",
      kind: kinds.yesOrNo,
      help: 'a node is ready when its program says process.send("ready")',
      fallback: "false",
    },
    {
      name: "killSignal",
      kind: kinds.choice("SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR2"),
      help: "the signal by which a program is told to end",
      fallback: "SIGTERM",
    },
    {
      name: "drainTimeout",
      kind: kinds.timeout,
      help: "how long a node may take to finish its requests",
      fallback: "25s",
    },
    {
      name: "helperTimeout",
      kind: kinds.timeoutOrOff,
      help: "how long processes that a node started may outlive it; 0: for ever",
      fallback: "5s",
    },
    {
      name: "surge",
      kind: kinds.count,
      help: "how many nodes are replaced at once",
      fallback: "1",
    },
  ]),
  ...inGroup("Health and restarts:", [
    {
      name: "hangTimeout",
      kind: kinds.hangTimeout,
      help: "how long an event loop may stand still; 0: for ever",
      fallback: "30s",
    },
    {
      name: "maxMemory",
      kind: kinds.size,
      help: "resident memory at which a node is replaced",
      fallback: "off",
    },
    {
      name: "maxLifetime",
      kind: kinds.timeoutOrOff,
      help: "age at which a node is replaced",
      fallback: "off",
    },
    {
      name: "maxRequests",
      kind: kinds.countOrOff,
      help: "requests after which a node is replaced",
      fallback: "off",
    },
    {
      name: "minUptime",
      kind: kinds.timeoutOrOff,
      help: "a node that serves for less is replaced with back-off",
      fallback: "5s",
    },
    {
      name: "restartChildren",
      kind: kinds.yesOrNo,
      help: "do not replace a node that dies",
      fallback: "true",
      usuallyOn: true,
    },
    {
      name: "restart.intensity",
      kind: kinds.deathsOrOff,
      help: "how many deaths are borne within the period",
      fallback: "any number",
    },
    {
      name: "restart.period",
      kind: kinds.timeout,
      help: "the period in which deaths are counted",
      fallback: "1m",
    },
    {
      name: "restart.beyond",
      kind: kinds.choice("give-up", "back-off"),
      help: "what follows when there were more",
      fallback: "back-off",
    },
  ]),
  ...inGroup("Output and development:", [
    {
      name: "log",
      kind: kinds.choice("prefix", "raw", "json"),
      help: "how the nodes' output is passed on",
      fallback: "prefix",
      option: "output",
    },
    {
      name: "watch",
      kind: kinds.yesOrNo,
      help: "reload when a file of the program changes",
      fallback: "false",
      option: false,
    },
    {
      name: "watchPath",
      kind: kinds.paths,
      help: "what is watched, with --watch implied; repeatable",
      fallback: "the program's folder",
      option: false,
    },
  ]),
];

function inGroup(group: Group, settings: readonly Omit<Setting, "group">[]): Setting[] {
  return settings.map((setting) => ({ ...setting, group }));
}
