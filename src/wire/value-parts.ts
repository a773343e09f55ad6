// What readers and writers of the parts of a value need of whoever reads or writes the whole.

import type { Input } from "./input.js";
import type { InsertionWatch } from "./insertion-watch.js";
import type { Output } from "./output.js";

export interface WholeReader {
  readonly input: Input;
  /** Whether something refers to what is made next. */
  readonly isReferred: boolean;
  /** One value, `depth` levels within the whole. */
  value(depth: number): unknown;
  /** To be called before something is made that takes memory besides its contents. */
  spend(cost: number): void;
  /** What is to be told of each entry of a Map or Set that has so many. */
  watch(entries: number): InsertionWatch | undefined;
  /** The level of what lies within something. */
  within(depth: number): number;
  /** To be called with a new object before it has its contents, as they may refer to it. */
  made<Thing extends object>(thing: Thing): Thing;
  /** A value under an id. */
  tagged(depth: number): unknown;
  /** What has an id. */
  pointed(): unknown;
  /** A string, escaped or not. */
  text(depth: number): string;
  /** The length of the array that comes. */
  arrayLength(): number;
  /** Adds so many elements to an array. */
  elements(array: unknown[], length: number, within: number): unknown[];
  /** To be called when a hole has been read, which is undefined for all but arrays. */
  hole(): undefined;
}

export interface WholeWriter {
  readonly output: Output;
  /** One value, `depth` levels within the whole. */
  value(value: unknown, depth: number): void;
  /**
   * What has parts takes so much of what a value may have.
   * @param bytes that follow at least, so that nothing which would fit is refused
   */
  spend(bytes: number, cost: number): void;
  /** The beginning of an escape in so many parts, which follow. */
  escape(kind: number, parts: number, depth: number): void;
}
