// Rolling reloads to versions that do not work change nothing: the short form of test/chaos/bad-release.ts.
import { badReleases } from "../chaos/bad-release.js";
import { crashingRelease } from "../chaos/crashing-release.js";
import { shortForms } from "../chaos/short-form.js";

shortForms([...badReleases, crashingRelease]);
