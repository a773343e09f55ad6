// Flags that take a time, written as everywhere: with its unit, or as plain milliseconds.
import { InvalidArgumentError, Option } from "commander";
import { readDuration } from "./settings/units.js";

/** Such as `100ms` and `5m`. */
export interface TimeRange {
  least: string;
  most: string;
  /** What holds where the flag is not given. */
  fallback: string;
}

/** The value is in milliseconds. */
export function timeOption(flag: string, help: string, { least, most, fallback }: TimeRange): Option {
  const [shortest = 0, longest = 0] = [least, most].map(readDuration);
  return new Option(`${flag} <time>`, help).default(readDuration(fallback), fallback).argParser((given: string) => {
    const ms = readDuration(given);
    if (ms !== undefined && ms >= shortest && ms <= longest) return ms;
    throw new InvalidArgumentError(
      `A time such as ${fallback}, from ${least} to ${most}, is taken (a plain number: milliseconds).`,
    );
  });
}
