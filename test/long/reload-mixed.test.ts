// All kinds of trouble at once, and very many restarts: the short forms of test/chaos/mixed.ts and restarts.ts.
import { mixed } from "../chaos/mixed.js";
import { restarts } from "../chaos/restarts.js";
import { shortForms } from "../chaos/short-form.js";

shortForms([mixed, restarts]);
