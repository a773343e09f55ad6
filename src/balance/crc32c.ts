// Pure: the checksum of PROXY headers.

/** CRC-32C (Castagnoli), reflected. */
const POLYNOMIAL = 0x82f63b78;

const TABLE: Int32Array = Int32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++)
    remainder = (remainder & 1) === 1 ? (remainder >>> 1) ^ POLYNOMIAL : remainder >>> 1;
  return remainder;
});

/** CRC-32C of all the parts, one after another: 0 to 2 ** 32 - 1. Source: RFC 3720, B.4. */
export function crc32c(...parts: readonly Uint8Array[]): number {
  let crc = -1;
  for (const part of parts) {
    for (const byte of part) crc = (TABLE[(crc ^ byte) & 255] as number) ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}
