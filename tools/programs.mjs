// `npm run test:programs`: installs the programs of test/programs/apps when needed, and tests how they are run.

import { join } from "node:path";
import { script } from "./lib/commands.mjs";
import { ensureInstalled } from "./lib/install.mjs";
import { root } from "./lib/paths.mjs";

const MINUTES = 15;

ensureInstalled();
ensureInstalled(join(root, "test", "programs", "apps"));
const done = await script("test.mjs", ["--programs", ...process.argv.slice(2)], { minutes: MINUTES + 1 });
process.exitCode = done ? 0 : 1;
