// The master is killed, and replaced: the short forms of test/chaos/master-killed.ts and master-upgrade.ts.
import { masterKilled } from "../chaos/master-killed.js";
import { masterUpgrade } from "../chaos/master-upgrade.js";
import { shortForms } from "../chaos/short-form.js";

shortForms([...masterKilled, masterUpgrade]);
