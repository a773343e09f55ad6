// The objects of one value that is being written, so that one that comes again becomes a pointer to the first.

import { EXT_ID, EXT_POINTER, ID_SIZE } from "./value-format.js";
import type { Output } from "./output.js";

/** So many are searched one by one; only larger values are worth a table. */
const FEW = 12;

interface Target {
  readonly place: number;
  readonly id: number;
}

export class References {
  readonly #few: (object | undefined)[] = [];
  readonly #places: number[] = [];
  #count = 0;
  #many: Map<object, number> | undefined;
  #targets: Map<object, Target> | undefined;

  /** Notes that `object` begins here, or writes a pointer to where it began. Returns whether it did the latter. */
  point(object: object, output: Output): boolean {
    const place = this.#find(object);
    if (place < 0) {
      this.#add(object, output.at);
      return false;
    }
    const { id } = this.#target(object, place);
    output.extension(EXT_POINTER, 4);
    output.uint32(id);
    return true;
  }

  /** Writes the ids before the objects that have one. */
  finish(output: Output): void {
    if (this.#targets !== undefined) insertIds([...this.#targets.values()], output);
    this.clear();
  }

  clear(): void {
    for (let index = 0; index < this.#count; index++) this.#few[index] = undefined;
    this.#count = 0;
    this.#many = this.#targets = undefined;
  }

  #find(object: object): number {
    if (this.#many !== undefined) return this.#many.get(object) ?? -1;
    for (let index = 0; index < this.#count; index++) {
      if (this.#few[index] === object) return this.#places[index] as number;
    }
    return -1;
  }

  #add(object: object, place: number): void {
    if (this.#many === undefined && this.#count < FEW) {
      this.#few[this.#count] = object;
      this.#places[this.#count++] = place;
      return;
    }
    this.#many ??= new Map(this.#few.map((one, index) => [one as object, this.#places[index] as number]));
    this.#many.set(object, place);
  }

  #target(object: object, place: number): Target {
    this.#targets ??= new Map();
    const known = this.#targets.get(object);
    if (known !== undefined) return known;
    const target = { place, id: this.#targets.size + 1 };
    this.#targets.set(object, target);
    return target;
  }
}

/** From the end, so that all is moved once. */
function insertIds(targets: readonly Target[], output: Output): void {
  output.ensure(ID_SIZE * targets.length);
  const end = output.at + ID_SIZE * targets.length;
  let [from, shift] = [output.at, ID_SIZE * targets.length];
  for (const { place, id } of targets.toSorted((a, b) => b.place - a.place)) {
    output.bytes.copyWithin(place + shift, place, from);
    shift -= ID_SIZE;
    output.at = place + shift;
    output.extension(EXT_ID, 4);
    output.uint32(id);
    from = place;
  }
  output.at = end;
}
