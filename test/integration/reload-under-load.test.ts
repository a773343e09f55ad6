// Rolling reloads lose nothing, whatever kind of client is connected: the short form of test/chaos/rolling-reload.ts.
import { rollingReloads } from "../chaos/rolling-reload.js";
import { shortForms } from "../chaos/short-form.js";

shortForms(rollingReloads);
