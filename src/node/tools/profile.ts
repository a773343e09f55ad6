// What the CPU time of this process goes to, as .cpuprofile: Chrome DevTools, VS Code and speedscope show it.
import { setTimeout as pause } from "node:timers/promises";
import { type Written, writeNewFile } from "./new-file.js";
import { withSession } from "./session.js";

/** Milliseconds. */
const SHORTEST = 100;
const LONGEST = 300_000;

export async function writeProfile(path: string, duration: number): Promise<Written> {
  if (!(duration >= SHORTEST && duration <= LONGEST)) {
    throw new Error(`a profile takes ${SHORTEST} to ${LONGEST} ms, got ${duration}`);
  }
  return writeNewFile(path, async (write) => write(JSON.stringify(await profile(duration))));
}

function profile(duration: number): Promise<object> {
  return withSession(async (post) => {
    await post("Profiler.enable");
    await post("Profiler.start");
    await pause(duration, undefined, { ref: false });
    const { profile } = (await post("Profiler.stop")) as { profile: object };
    return profile;
  });
}
