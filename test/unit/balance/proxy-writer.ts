// Writes PROXY headers, and says what is expected of the reader.
import assert from "node:assert/strict";
import { crc32c } from "#src/balance/crc32c.js";
import { formatIPv6 } from "#src/balance/ip-address.js";
import { readProxyHeader } from "#src/balance/proxy-header.js";

export const SIGNATURE: Buffer = Buffer.from("0d0a0d0a000d0a515549540a", "hex");

export interface End {
  readonly octets: readonly number[];
  readonly port: number;
}

export function version1(line: string): Buffer {
  return Buffer.from(`${line}\r\n`, "latin1");
}

export function version2(first: number, second: number, following: Uint8Array): Buffer {
  const header = Buffer.alloc(16);
  SIGNATURE.copy(header);
  header[12] = first;
  header[13] = second;
  header.writeUInt16BE(following.length, 14);
  return Buffer.concat([header, following]);
}

export function addresses(source: End, destination: End): Buffer {
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(source.port, 0);
  ports.writeUInt16BE(destination.port, 2);
  return Buffer.concat([Buffer.from(source.octets), Buffer.from(destination.octets), ports]);
}

export function tlv(type: number, value: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([type, value.length >> 8, value.length & 255]), value]);
}

/** Puts the checksum where the last four bytes are zeros. */
export function withChecksum(header: Buffer): Buffer {
  header.writeUInt32BE(crc32c(header), header.length - 4);
  return header;
}

export function textOf({ octets }: End): string {
  if (octets.length === 4) return octets.join(".");
  return formatIPv6(
    Array.from({ length: 8 }, (_, at) => (octets[2 * at] as number) * 256 + (octets[2 * at + 1] as number)),
  );
}

export const V4: Buffer = addresses({ octets: [192, 0, 2, 1], port: 1234 }, { octets: [198, 51, 100, 2], port: 443 });
export const V6: Buffer = addresses(
  { octets: [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], port: 65_535 },
  { octets: Array<number>(16).fill(0), port: 0 },
);

export function complete(header: Buffer, client: unknown): void {
  const expected = { type: "complete", length: header.length, client };
  assert.deepEqual(readProxyHeader(header), expected);
  assert.deepEqual(readProxyHeader(Buffer.concat([header, Buffer.from("GET / HTTP/1.1\r\n\r\n")])), expected);
}

export function malformed(bytes: Buffer | string, why: RegExp): void {
  const header = readProxyHeader(Buffer.from(bytes as string, "latin1"));
  assert.equal(header.type, "malformed");
  assert.match(header.type === "malformed" ? header.why : "", why);
}
