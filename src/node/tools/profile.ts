// What the CPU time of this process goes to, as .cpuprofile: Chrome DevTools, VS Code and speedscope show it.
import { setTimeout as pause } from "node:timers/promises";
import { type Written, writeNewFile } from "./new-file.js";
import { withSession } from "./session.js";

const LEAST_SECONDS = 0.1;
const MOST_SECONDS = 300;

export async function writeProfile(path: string, seconds: number): Promise<Written> {
  if (!(seconds >= LEAST_SECONDS && seconds <= MOST_SECONDS)) {
    throw new Error(`a profile takes ${LEAST_SECONDS} to ${MOST_SECONDS} seconds, got ${seconds}`);
  }
  return writeNewFile(path, async (write) => write(JSON.stringify(await profile(seconds))));
}

function profile(seconds: number): Promise<object> {
  return withSession(async (post) => {
    await post("Profiler.enable");
    await post("Profiler.start");
    await pause(seconds * 1_000, undefined, { ref: false });
    const { profile } = (await post("Profiler.stop")) as { profile: object };
    return profile;
  });
}
