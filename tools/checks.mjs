// The static checks, in the order they run. Each works on what is built, and none changes a file.

import { checkLocks } from "./lock-check.mjs";
import { checkPackage, checkTypes, packedFile } from "./package-checks.mjs";
import { script, tool } from "./lib/commands.mjs";

export const CHECKS = [
  { title: "types", run: () => tool("typescript", ["--build"], "tsc") },
  { title: "lint", run: () => tool("oxlint", ["--deny-warnings"]) },
  { title: "format", run: () => tool("@biomejs/biome", ["check", "--error-on-warnings"], "biome") },
  { title: "ranks", run: () => script("check-ranks.mjs") },
  { title: "lock files", run: checkLocks },
  { title: "knip", run: () => tool("knip", ["--no-progress"]) },
  { title: "package", run: checkPackage },
  { title: "consumer", run: checkTypes },
  { title: "publint", run: async () => tool("publint", ["run", await packedFile(), "--strict"]) },
  { title: "attw", run: async () => tool("@arethetypeswrong/cli", [await packedFile(), ...ATTW], "attw") },
];

// The node16 profile leaves out the resolution that knows no "exports".
const ATTW = ["--profile", "node16", "--no-definitely-typed", "--no-color"];
