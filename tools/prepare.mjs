// `npm run build`: installs when needed, then compiles what has changed.

import { build } from "./lib/build.mjs";
import { ensureInstalled } from "./lib/install.mjs";

ensureInstalled();
build();
