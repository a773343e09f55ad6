// Pure: the PROXY header of version 2, bytes.
import { crc32c } from "./crc32c.js";
import { formatIPv6 } from "./ip-address.js";
import { complete, incomplete, malformed, type ProxiedClient, type ProxyHeader } from "./proxied.js";

const SIGNATURE: Buffer = Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1");
/** Signature, version and command, family and protocol, and how many bytes follow. */
const FIXED_SIZE = 16;
/** Bytes that may follow: addresses, and what some proxies tell beyond them. */
const MOST_FOLLOWING = 4096;

const LOCAL = 0;
const PROXY = 1;

const INET = 1;
const INET6 = 2;
/** Bytes of both addresses and ports, for each address family: unspecified, IPv4, IPv6, Unix. */
const ADDRESS_SIZES: readonly number[] = [0, 12, 36, 216];

const STREAM = 1;
const DGRAM = 2;

const TLV_CRC32C = 3;
const TLV_HEAD_SIZE = 3;
const NO_CRC: Buffer = Buffer.alloc(4);

/** The bytes 12 and 13, taken apart. */
interface Kind {
  readonly version: number;
  readonly command: number;
  readonly family: number;
  readonly protocol: number;
}

/** Reads a header of which the first byte is right. */
export function readVersion2(bytes: Buffer): ProxyHeader {
  const present = Math.min(bytes.length, SIGNATURE.length);
  if (bytes.compare(SIGNATURE, 0, present, 0, present) !== 0) {
    return malformed(`expected the signature of a PROXY header, got 0x${bytes.toString("hex", 0, present)}`);
  }
  const kind = kindOf(bytes);
  const following = bytes.length < FIXED_SIZE ? undefined : bytes.readUInt16BE(14);
  const fault = faultInKind(kind) ?? (following === undefined ? undefined : faultInLength(kind, following));
  if (fault !== undefined) return malformed(fault);
  if (following === undefined || bytes.length < FIXED_SIZE + following) return incomplete;
  return readWhole(bytes.subarray(0, FIXED_SIZE + following), kind);
}

/** What has not come yet reads as in a header for TCP over IPv4, so that no fault is found in it. */
function kindOf(bytes: Buffer): Kind {
  const [first, second] = [bytes[12] ?? 0x21, bytes[13] ?? 0x11];
  return { version: first >> 4, command: first & 15, family: second >> 4, protocol: second & 15 };
}

function faultInKind({ version, command, family, protocol }: Kind): string | undefined {
  if (version !== 2) return `expected version 2 after the signature, got ${version}`;
  if (command !== LOCAL && command !== PROXY) return `expected the command LOCAL or PROXY, got ${command}`;
  // The rest of a LOCAL header is to be ignored, whatever it is.
  if (command === LOCAL) return undefined;
  if (family >= ADDRESS_SIZES.length) return `expected an address family from 0 to 3, got ${family}`;
  if (protocol > STREAM) return `expected the protocol STREAM, got ${protocol === DGRAM ? "DGRAM" : protocol}`;
  return undefined;
}

function faultInLength(kind: Kind, following: number): string | undefined {
  if (following > MOST_FOLLOWING) return `expected at most ${MOST_FOLLOWING} bytes after the length, got ${following}`;
  const least = addressSize(kind);
  return following < least ? `expected at least ${least} bytes of addresses, got ${following}` : undefined;
}

/** Bytes of addresses that are to be read: 0 where they are to be ignored. */
function addressSize({ command, family, protocol }: Kind): number {
  return command === PROXY && protocol === STREAM ? (ADDRESS_SIZES[family] as number) : 0;
}

function readWhole(header: Buffer, kind: Kind): ProxyHeader {
  const size = addressSize(kind);
  // Where addresses are to be ignored, it is not known where they end and the rest begins.
  if (size === 0) return complete(header.length, "local");
  const fault = faultInRest(header, FIXED_SIZE + size);
  if (fault !== undefined) return malformed(fault);
  return complete(header.length, clientOf(header, kind.family));
}

/** What follows the addresses: each a type, a length and a value, of which only the checksum matters here. */
function faultInRest(header: Buffer, start: number): string | undefined {
  for (let at = start; at < header.length; ) {
    const value = at + TLV_HEAD_SIZE;
    const end = value <= header.length ? value + header.readUInt16BE(at + 1) : Number.POSITIVE_INFINITY;
    if (end > header.length) return `expected the value at byte ${at} to end with the header, and it is longer`;
    if (header[at] === TLV_CRC32C && !isChecksum(header, value, end)) {
      return `expected the checksum of the header, got 0x${header.toString("hex", value, end)}`;
    }
    at = end;
  }
  return undefined;
}

/** It is that of the whole header with zeros in its own place. */
function isChecksum(header: Buffer, start: number, end: number): boolean {
  if (end - start !== NO_CRC.length) return false;
  return header.readUInt32BE(start) === crc32c(header.subarray(0, start), NO_CRC, header.subarray(end));
}

function clientOf(header: Buffer, family: number): ProxiedClient | "local" {
  if (family === INET) {
    return { address: header.subarray(16, 20).join("."), port: header.readUInt16BE(24), family: "IPv4" };
  }
  if (family !== INET6) return "local";
  const groups = Array.from({ length: 8 }, (_, index) => header.readUInt16BE(FIXED_SIZE + 2 * index));
  return { address: formatIPv6(groups), port: header.readUInt16BE(48), family: "IPv6" };
}
