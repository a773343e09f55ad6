// Rolling reloads lose no request: the short form of test/chaos/rolling-reload.ts, with what is soon answered.
import { reloadsUnderRequests } from "../chaos/rolling-reload.js";
import { shortForms } from "../chaos/short-form.js";

shortForms(reloadsUnderRequests);
