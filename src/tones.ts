// Pure: colours and weights of text on a terminal, and who wants them.

export type Tone = "bold" | "dim" | "inverse" | "red" | "grey" | Colour | `bright ${Colour}`;

export type Colour = "green" | "yellow" | "blue" | "magenta" | "cyan";

export type Paint = (text: string, tone: Tone) => string;

/** The numbers of "select graphic rendition" (ECMA-48) that begin and end each tone. */
const CODES: Record<Tone, readonly [number, number]> = {
  bold: [1, 22],
  dim: [2, 22],
  inverse: [7, 27],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
  grey: [90, 39],
  "bright green": [92, 39],
  "bright yellow": [93, 39],
  "bright blue": [94, 39],
  "bright magenta": [95, 39],
  "bright cyan": [96, 39],
};

export function inColour(text: string, tone: Tone): string {
  const [on, off] = CODES[tone];
  return text === "" ? "" : `\u001b[${on}m${text}\u001b[${off}m`;
}

export function plain(text: string): string {
  return text;
}

/**
 * How to paint what is written there, as https://no-color.org and https://force-color.org ask for.
 * @param env of this process
 */
export function paintFor(env: NodeJS.ProcessEnv, isTerminal: boolean): Paint {
  const { NO_COLOR = "", FORCE_COLOR = "", TERM } = env;
  if (FORCE_COLOR !== "") return FORCE_COLOR === "0" || FORCE_COLOR === "false" ? plain : inColour;
  return NO_COLOR === "" && isTerminal && TERM !== "dumb" ? inColour : plain;
}
