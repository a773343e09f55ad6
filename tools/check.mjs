// `npm run check`: every static check. `npm run lint` is the part of it that needs no package: `--only lint,format,ranks`.

import { parseArgs } from "node:util";
import { build } from "./lib/build.mjs";
import { ensureInstalled } from "./lib/install.mjs";
import { giveUp } from "./lib/paths.mjs";
import { runSections } from "./lib/sections.mjs";
import { CHECKS } from "./checks.mjs";

const { values } = parseArgs({ options: { only: { type: "string" } } });
const wanted = values.only?.split(",");
const unknown = wanted?.find((name) => !CHECKS.some(({ title }) => title === name));
if (unknown !== undefined)
  giveUp(`no check is named ${unknown}; there are ${CHECKS.map(({ title }) => title).join(", ")}`, 2);

ensureInstalled();
build();
await runSections(CHECKS.filter(({ title }) => wanted === undefined || wanted.includes(title)));
