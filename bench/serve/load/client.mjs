// The load generator, a process of its own: does one task, which it is given as JSON, and prints the result as JSON.
// It stops asking after so many seconds, or when its standard input ends.

import { closedLoop } from "./closed.mjs";
import { openLoop } from "./open.mjs";
import { openWebSockets } from "./websockets.mjs";

const KINDS = { closed: closedLoop, open: openLoop, websockets: openWebSockets };

const task = JSON.parse(process.argv[2]);
const end = new AbortController();
const timer = setTimeout(() => end.abort(), task.seconds * 1000);
process.stdin.resume().on("end", () => end.abort());

const result = await KINDS[task.kind](task, end.signal);
clearTimeout(timer);
process.stdin.destroy();
process.stdout.write(JSON.stringify(result));
