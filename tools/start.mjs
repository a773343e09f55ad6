// `npm start`: installs when needed, builds, and runs the demo until it ends.

import { build } from "./lib/build.mjs";
import { endLike, runInForeground } from "./lib/foreground.mjs";
import { ensureInstalled } from "./lib/install.mjs";
import { root } from "./lib/paths.mjs";

ensureInstalled();
build();
const args = ["examples/chat/server.js", ...process.argv.slice(2)];
endLike(await runInForeground(process.execPath, args, { cwd: root }));
