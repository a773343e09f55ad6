// Pure: what the beginning of a connection says about the client behind a proxy.

/** The client that the proxy speaks for. */
export interface ProxiedClient {
  /** In canonical spelling, as in `socket.remoteAddress`. */
  readonly address: string;
  /** 0 to 65535. */
  readonly port: number;
  readonly family: "IPv4" | "IPv6";
}

/**
 * - "incomplete": what came so far begins a header, and more bytes are needed.
 * - "malformed": no more bytes can make it a header; `why` says what was expected and what came.
 * - "complete": the header takes the first `length` bytes. With "local" the proxy speaks for itself, or names no IP
 *   address: the connection's own addresses count.
 */
export type ProxyHeader =
  | { readonly type: "incomplete" }
  | { readonly type: "malformed"; readonly why: string }
  | { readonly type: "complete"; readonly length: number; readonly client: ProxiedClient | "local" };

/** More bytes are needed. */
export const incomplete: ProxyHeader = { type: "incomplete" };

/** No header, and none to come. */
export function malformed(why: string): ProxyHeader {
  return { type: "malformed", why };
}

/** The header is the first `length` bytes. */
export function complete(length: number, client: ProxiedClient | "local"): ProxyHeader {
  return { type: "complete", length, client };
}
