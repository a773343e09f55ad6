// For each setting a value, and the text that means it on a command line and in a variable.
export interface SettingSample {
  name: string;
  /** `undefined` where only a configuration file can give it. */
  text: string | undefined;
  value: unknown;
}

const aFunction = (): string => "node-1";

export const SAMPLES: readonly SettingSample[] = [
  { name: "config", text: "/srv/app/multi-node.config.js", value: "/srv/app/multi-node.config.js" },
  { name: "script", text: undefined, value: "/srv/app/server.js" },
  { name: "args", text: undefined, value: ["--verbose", "x"] },
  { name: "cwd", text: "/srv/app", value: "/srv/app" },
  { name: "env", text: "MODE=a=b", value: { MODE: "a=b" } },
  { name: "nodeArgs", text: "--a='b c' --d", value: ["--a=b c", "--d"] },
  { name: "nodes", text: "4", value: 4 },
  { name: "nodes", text: "auto", value: "auto" },
  { name: "minNodes", text: "2", value: 2 },
  { name: "maxNodes", text: "8", value: 8 },
  { name: "name", text: "shop of tea", value: "shop of tea" },
  { name: "user", text: "www-data", value: "www-data" },
  { name: "user", text: "33", value: 33 },
  { name: "group", text: "www-data", value: "www-data" },
  { name: "port", text: "8000", value: 8000 },
  { name: "port", text: "0", value: 0 },
  { name: "exclusive", text: "9229", value: [9229] },
  { name: "exclusive", text: "9229,9230", value: [9229, 9230] },
  { name: "sharedPorts", text: "true", value: true },
  { name: "balance", text: "least-connections", value: "least-connections" },
  { name: "stickyKey", text: undefined, value: aFunction },
  { name: "stickyCookie", text: "node", value: "node" },
  { name: "peek", text: undefined, value: true },
  { name: "proxyProtocol", text: "any", value: true },
  { name: "proxyProtocol", text: "none", value: false },
  { name: "proxyProtocol", text: "10.0.0.0/8,fd00::1", value: ["10.0.0.0/8", "fd00::1"] },
  { name: "readyTimeout", text: "1.5m", value: 90_000 },
  { name: "waitReady", text: "true", value: true },
  { name: "killSignal", text: "SIGINT", value: "SIGINT" },
  { name: "drainTimeout", text: "500ms", value: 500 },
  { name: "drainTimeout", text: "500", value: 500 },
  { name: "helperTimeout", text: "0", value: 0 },
  { name: "surge", text: "2", value: 2 },
  { name: "hangTimeout", text: "0", value: 0 },
  { name: "hangTimeout", text: "10s", value: 10_000 },
  { name: "maxMemory", text: "512M", value: 536_870_912 },
  { name: "maxMemory", text: "1.5GiB", value: 1_610_612_736 },
  { name: "maxLifetime", text: "12h", value: 43_200_000 },
  { name: "maxRequests", text: "100000", value: 100_000 },
  { name: "minUptime", text: "10s", value: 10_000 },
  { name: "restartChildren", text: "false", value: false },
  { name: "restart.intensity", text: "10", value: 10 },
  { name: "restart.period", text: "1m", value: 60_000 },
  { name: "restart.beyond", text: "give-up", value: "give-up" },
  { name: "log", text: "json", value: "json" },
  { name: "watch", text: "true", value: true },
  { name: "watchPath", text: "/srv/app/src:/etc/app", value: ["/srv/app/src", "/etc/app"] },
];
