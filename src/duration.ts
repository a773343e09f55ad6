// Pure: how long something takes, for people.

const SECOND = 1_000;

/** Such as `300 ms`, `1.5 s` or `60 s`. */
export function durationText(ms: number): string {
  return ms < SECOND ? `${ms} ms` : `${Number((ms / SECOND).toFixed(1))} s`;
}
