// Addresses as options name them: one, or all that begin with the same bits.
import { isIP } from "node:net";

export interface AddressRange {
  address: string;
  family: "ipv4" | "ipv6";
  /** How many bits of it count. */
  bits: number;
}

/** Reads "10.0.0.1" or "10.0.0.0/8"; `undefined` for anything else. */
export function readAddressRange(text: string): AddressRange | undefined {
  const [address = "", length, ...rest] = text.split("/");
  const family = familyOf(address);
  if (family === undefined || rest.length > 0) return undefined;
  const most = family === "ipv4" ? 32 : 128;
  if (length === undefined) return { address, family, bits: most };
  return /^\d{1,3}$/.test(length) && Number(length) <= most ? { address, family, bits: Number(length) } : undefined;
}

export function familyOf(address: string): AddressRange["family"] | undefined {
  const version = isIP(address);
  return version === 0 ? undefined : version === 4 ? "ipv4" : "ipv6";
}
