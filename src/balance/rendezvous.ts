// Pure: keeps a key at its place, and moves as few keys as possible when places come and go.

/** Any number does; another one would spread every key anew. */
const SEED = 0x6d6e6f64;

/**
 * The one of `ids` that `key` belongs to, `undefined` where there are none: each id draws a weight from the key, and
 * the highest wins. So the order of `ids` does not matter, an id that goes takes only its own keys along, and one that
 * comes gets its share of them, about 1/n, from all others alike.
 *
 * Give names that outlive a replacement, such as the places of nodes (`"0"`, `"1"`, …): a node's id is never used
 * twice, and would take all its clients along at every reload.
 *
 * Source: Thaler and Ravishankar, "Using name-based mappings to increase hit rates", 1998 (highest random weight).
 */
export function rendezvous(key: string, ids: readonly string[]): string | undefined {
  const start = mix(digest(key, SEED));
  let best: string | undefined;
  let highest = -1;
  for (const id of ids) {
    const weight = mix(digest(id, start));
    if (weight > highest || (weight === highest && best !== undefined && id < best)) {
      best = id;
      highest = weight;
    }
  }
  return best;
}

/** FNV-1a over UTF-16 code units: fast, but neighbours stay neighbours until they are mixed. */
function digest(text: string, start: number): number {
  let hash = start;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}

/**
 * A number from 0 to 2 ** 32 - 1 of which each bit depends on every bit of `hash`.
 * Constants: "lowbias32" of Chris Wellons, found by search for the least bias.
 */
function mix(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
