// What an order tells while it is carried out: a line for each node that changes. Pure.
import type { Progress } from "../../control/commands.js";
import { lastWords, shortEnd } from "./exit-text.js";
import type { Line } from "./line.js";
import type { Tone } from "../../tones.js";
import { printable } from "../../printable.js";
import { duration } from "./units.js";

const SAID_OF_STATE: ReadonlyMap<string, readonly [text: string, tone: Tone]> = new Map([
  ["spawning", ["starts", "cyan"]],
  ["serving", ["serves", "green"]],
  ["draining", ["drains", "yellow"]],
  ["hung", ["hangs", "red"]],
]);

/** `undefined` where another event tells the same. */
export function progressLine(progress: Progress): Line | undefined {
  if (progress.type === "exit") return exitLine(progress);
  if (progress.state === "exited") return undefined;
  const [text, tone] = SAID_OF_STATE.get(progress.state) ?? [`is ${printable(progress.state)}`, "dim"];
  return [`${printable(progress.id)} `, { text, tone }];
}

function exitLine({ exit }: Extract<Progress, { type: "exit" }>): Line {
  const after = `after ${duration(exit.uptime)}`;
  if (exit.reason === "drained") return [`${printable(exit.id)} `, { text: `has ended ${after}`, tone: "dim" }];
  const words = lastWords(exit);
  const how = `ended: ${shortEnd(exit)} ${after}${words === undefined ? "" : `, ${words}`}`;
  return [`${printable(exit.id)} `, { text: how, tone: "red" }];
}
