// Pure: reads the PROXY header that a load balancer puts before the bytes of its client.
import { incomplete, malformed, type ProxyHeader } from "./proxied.js";
import { readVersion1 } from "./proxy-v1.js";
import { readVersion2 } from "./proxy-v2.js";

const FIRST_OF_VERSION_1 = 0x50;
const FIRST_OF_VERSION_2 = 0x0d;

/**
 * Reads a header of version 1 or 2 from all bytes that a connection has brought so far. Never throws. A beginning of a
 * header is "incomplete", whatever its length; what cannot become one is "malformed" as soon as that is seen.
 * It takes at most 4,112 bytes to know; how long to wait for them is the caller's to say.
 *
 * Source: "The PROXY protocol, versions 1 & 2" of HAProxy (proxy-protocol.txt), section 2.
 */
export function readProxyHeader(bytes: Buffer): ProxyHeader {
  switch (bytes[0]) {
    case undefined:
      return incomplete;
    case FIRST_OF_VERSION_1:
      return readVersion1(bytes);
    case FIRST_OF_VERSION_2:
      return readVersion2(bytes);
    default:
      return malformed(`expected a PROXY header, got a connection that begins with 0x${bytes.toString("hex", 0, 1)}`);
  }
}
