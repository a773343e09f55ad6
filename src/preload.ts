// Loaded by Node before a program that knows nothing of this package, in each of its nodes.
import { boot } from "./node/boot.js";
import { forgetOwnOptions } from "./node/own-options.js";
import { beginHosted } from "./this-service.js";

if (boot === "orphan") process.exit(1);
if (boot?.hosted !== undefined) {
  forgetOwnOptions(process.execArgv, boot.hosted.preload);
  beginHosted(boot, boot.hosted);
}
