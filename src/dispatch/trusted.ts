// Which connections come through a proxy that tells who is behind it.
import { BlockList, isIP } from "node:net";

/** Says of an address whether a proxy is trusted there. */
export function trustedProxies(trusted: boolean | readonly string[]): (address: string) => boolean {
  if (typeof trusted === "boolean") return () => trusted;
  const list = new BlockList();
  for (const range of trusted) add(list, range);
  return (address) => {
    const family = isIP(address);
    return family !== 0 && list.check(address, family === 4 ? "ipv4" : "ipv6");
  };
}

function add(list: BlockList, range: string): void {
  const [address = "", bits] = range.split("/");
  const family = isIP(address) === 4 ? "ipv4" : "ipv6";
  if (bits === undefined) list.addAddress(address, family);
  else list.addSubnet(address, Number(bits), family);
}
