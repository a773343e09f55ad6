// Which connections come through a proxy that tells who is behind it.
import { BlockList } from "node:net";
import { familyOf, readAddressRange } from "../address-range.js";

/** Says of an address whether a proxy is trusted there. */
export function trustedProxies(trusted: boolean | readonly string[]): (address: string) => boolean {
  if (typeof trusted === "boolean") return () => trusted;
  const list = new BlockList();
  for (const text of trusted) {
    const range = readAddressRange(text);
    if (range !== undefined) list.addSubnet(range.address, range.bits, range.family);
  }
  return (address) => {
    const family = familyOf(address);
    return family !== undefined && list.check(address, family);
  };
}
