// Rolling reloads lose nothing that lasts: the short form of test/chaos/rolling-reload.ts, with WebSockets, pauses, long bodies.
import { reloadsUnderLasting } from "../chaos/rolling-reload.js";
import { shortForms } from "../chaos/short-form.js";

shortForms(reloadsUnderLasting);
