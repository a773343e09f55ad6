// How long this process has worked. The clock on the wall goes on while a process is stopped or waits for a CPU, and
// the CPU's own goes on for all threads: of each stretch of time, the shorter one counts.

const MICROSECONDS = 1_000;

let wall: number = performance.now();
let cpu: number = cpuMs();
let worked = 0;

/** Milliseconds of work since some moment: it grows by no more than this thread can have worked. */
export function workedMs(): number {
  const [wallNow, cpuNow] = [performance.now(), cpuMs()];
  worked += Math.min(wallNow - wall, cpuNow - cpu);
  [wall, cpu] = [wallNow, cpuNow];
  return worked;
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / MICROSECONDS;
}
