// All scenarios, in the order of docs/reliability.md.
import { badReleases } from "./bad-release.js";
import { crashingRelease } from "./crashing-release.js";
import { masterKilled } from "./master-killed.js";
import { masterUpgrade } from "./master-upgrade.js";
import { messagesAndKills } from "./messages-and-kills.js";
import { messagesAndMemory } from "./messages-and-memory.js";
import { mixed } from "./mixed.js";
import { restarts } from "./restarts.js";
import { rollingReloads } from "./rolling-reload.js";
import type { Scenario } from "./scenario.js";
import { someOfAll } from "./some-of-all.js";

export const scenarios: Scenario[] = [
  ...rollingReloads,
  ...badReleases,
  crashingRelease,
  mixed,
  someOfAll,
  ...masterKilled,
  masterUpgrade,
  restarts,
  messagesAndKills,
  messagesAndMemory,
];
