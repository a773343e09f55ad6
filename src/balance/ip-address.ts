// Pure: reads and writes IP addresses, so that one address has one spelling.

/** Whether `text` is an IPv4 address: four numbers from 0 to 255 without leading zeros. */
export function isIPv4(text: string): boolean {
  const octets = text.split(".");
  return octets.length === 4 && octets.every((octet) => /^(?:0|[1-9]\d{0,2})$/.test(octet) && Number(octet) <= 255);
}

/** The eight 16-bit groups of an IPv6 address without a zone, `undefined` for any other text. Source: RFC 4291, 2.2. */
export function parseIPv6(text: string): number[] | undefined {
  const [head = "", tail, ...more] = text.split("::");
  if (tail === undefined) return ofLength(8, groupsOf(head, "at the end"));
  const [before, after] = [groupsOf(head, "within"), groupsOf(tail, "at the end")];
  if (before === undefined || after === undefined || more.length > 0) return undefined;
  // "::" stands for one group at least.
  const missing = 8 - before.length - after.length;
  return missing < 1 ? undefined : [...before, ...Array<number>(missing).fill(0), ...after];
}

/** The address in its canonical spelling, an IPv4-mapped one as `::ffff:1.2.3.4`. Source: RFC 5952. */
export function formatIPv6(groups: readonly number[]): string {
  const mapped = mappedIPv4(groups);
  if (mapped !== undefined) return `::ffff:${mapped}`;
  const { start, length } = longestZeros(groups);
  const spell = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(":");
  if (length < 2) return spell(groups);
  return `${spell(groups.slice(0, start))}::${spell(groups.slice(start + length))}`;
}

/** The IPv4 address that an IPv4-mapped IPv6 address carries, `undefined` for any other. Source: RFC 4291, 2.5.5.2. */
export function mappedIPv4(groups: readonly number[]): string | undefined {
  const isMapped = groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0);
  if (!isMapped) return undefined;
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 255])
    .join(".");
}

/** Only the end of the whole address may be written as an IPv4 address. */
function groupsOf(part: string, position: "within" | "at the end"): number[] | undefined {
  if (part === "") return [];
  const pieces = part.split(":");
  const last = pieces.at(-1) as string;
  const dotted = position === "at the end" && isIPv4(last) ? pieces.pop() : undefined;
  if (!pieces.every((piece) => /^[\da-f]{1,4}$/i.test(piece))) return undefined;
  const groups = pieces.map((piece) => Number.parseInt(piece, 16));
  return dotted === undefined ? groups : [...groups, ...groupsOfIPv4(dotted)];
}

function groupsOfIPv4(text: string): number[] {
  const [a = 0, b = 0, c = 0, d = 0] = text.split(".").map(Number);
  return [a * 256 + b, c * 256 + d];
}

function ofLength(length: number, groups: number[] | undefined): number[] | undefined {
  return groups?.length === length ? groups : undefined;
}

/** The first of the longest runs. */
function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 };
  let length = 0;
  for (const [index, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0;
    if (length > longest.length) longest = { start: index + 1 - length, length };
  }
  return longest;
}
