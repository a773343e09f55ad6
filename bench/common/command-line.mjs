// The options of a bench as they are typed: read, checked, or answered with how they are used.

import { parseArgs } from "node:util";
import { giveUp } from "../../tools/lib/paths.mjs";

export const flag = { type: "boolean", default: false };

/** Options that every bench has. */
export const common = {
  node: { type: "string", multiple: true, default: [process.execPath] },
  json: flag,
  "skip-build": flag,
  help: flag,
};

export function text(fallback) {
  return { type: "string", default: fallback };
}

/** What `checked` makes of the values. Ends the process, with a message, when an option is wrong. */
export function readCommandLine(options, usage, checked) {
  try {
    const { values } = parseArgs({ options });
    return values.help ? showHelp(usage) : checked(values);
  } catch (error) {
    return giveUp(`${error.message}\n${usage}`, 2);
  }
}

function showHelp(usage) {
  process.stdout.write(`${usage}\n`);
  process.exit();
}
