// Makes this process a node before its program runs: see preload.cts.
import { boot } from "./node/boot.js";
import { beginHosted } from "./this-service.js";

if (boot === "orphan") process.exit(1);
if (boot?.hosted !== undefined) beginHosted(boot, boot.hosted);
