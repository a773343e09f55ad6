// Names every measurement, and picks those that were asked for.

import { FIGURES } from "./figures.mjs";
import { MULTI_NODE, PEERS } from "./peers.mjs";

const IDLE = `idle, ${MULTI_NODE}`;

/** `measurements`, each of one figure, size and peer, in the order of a round; and whether `idle` is measured. */
export function makePlan({ sizes, only }) {
  const all = FIGURES.flatMap((figure) => sizes.flatMap((size) => PEERS.map((peer) => ({ figure, size, peer }))));
  return {
    measurements: all.filter(({ figure, size, peer }) => only.test(`${figure.name}, ${peer.name}, ${sizeName(size)}`)),
    idle: only.test(IDLE),
  };
}

/** 100 B, 1 KiB, 1 MiB. */
export function sizeName(size) {
  const mebibytes = size / 1024 ** 2;
  if (Number.isInteger(mebibytes)) return `${mebibytes} MiB`;
  const kibibytes = size / 1024;
  return Number.isInteger(kibibytes) ? `${kibibytes} KiB` : `${size} B`;
}
