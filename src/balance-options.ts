// How connections are spread over the nodes, and what has to be known of them for that.
import { readAddressRange } from "./address-range.js";
import type { Balance } from "./balance/policies.js";
import type { RequestHead } from "./balance/request-head.js";
import { UsageError } from "./errors.js";
import { flag, type Rule } from "./option-rules.js";

export interface BalanceOptions {
  /**
   * Who gets a new connection. `"shared"`: whichever node accepts it first, straight from the kernel. With all others the
   * master accepts and hands it over: `"round-robin"`: one after another; `"least-connections"`: who has the fewest open
   * ones; `"sticky"`: the same client always the same node; a function: whom it chooses. Default: "shared".
   */
  balance?: Balance;
  /**
   * With `balance: "sticky"`: what makes a client the same client, read from the head of the first HTTP request of each
   * connection. The id of a node means that node; `undefined`: the address decides. Not possible with TLS. Default: the
   * address, an IPv6 /64 counting as one.
   */
  stickyKey?: (request: RequestHead) => string | undefined;
  /**
   * With `balance: "sticky"`: the name of a cookie that keeps a client at the node which answered it first. That node adds the
   * cookie to its answer; it names the node's slot, so a reload moves no client. A client without it goes to the node with
   * the fewest connections. Where the master cannot read a request (TLS, HTTP/2), the address decides. Not together with
   * `stickyKey`. Default: none.
   */
  stickyCookie?: string;
  /** With a function as `balance`: whether to wait for the first bytes of a connection and give them along. Default: false. */
  peek?: boolean;
  /**
   * Whether connections come through a load balancer that begins each with a header of the PROXY protocol, version 1 or
   * 2. With a list of addresses and ranges ("10.0.0.0/8") only those of it; all others are clients themselves. Not with
   * `balance: "shared"`. Default: false.
   */
  proxyProtocol?: boolean | readonly string[];
}

/** These options, complete. */
export interface BalanceSettings {
  balance: Balance;
  stickyKey: ((request: RequestHead) => string | undefined) | undefined;
  stickyCookie: string | undefined;
  peek: boolean;
  proxyProtocol: boolean | readonly string[];
}

/** A token of RFC 9110, as RFC 6265 has it. */
const COOKIE_NAME = /^[\w!#$%&'*+.^`|~-]{1,100}$/;
const POLICIES: readonly unknown[] = ["shared", "round-robin", "least-connections", "sticky"];

export const balanceRules: Record<keyof BalanceOptions, Rule> = {
  balance: {
    takes: '"shared", "round-robin", "least-connections", "sticky" or a function',
    accepts: (value) => POLICIES.includes(value) || typeof value === "function",
  },
  stickyKey: { takes: "a function of a request's head", accepts: (value) => typeof value === "function" },
  stickyCookie: {
    takes: "the name of a cookie, of 1 to 100 letters, digits and !#$%&'*+-.^_`|~",
    accepts: (value) => typeof value === "string" && COOKIE_NAME.test(value),
  },
  peek: flag,
  proxyProtocol: {
    takes: 'true, false or an array of addresses and ranges such as ["10.0.0.0/8", "fd00::1"]',
    accepts: (value) => flag.accepts(value) || (Array.isArray(value) && value.every(isRange)),
  },
};

/**
 * Fills in the defaults of options that keep to the rules.
 * @throws UsageError MN_ERR_OPTION for what does not go together
 */
export function completeBalance(options: BalanceOptions): BalanceSettings {
  const { balance = "shared", stickyKey, stickyCookie, peek = false, proxyProtocol = false } = options;
  if (stickyKey !== undefined && balance !== "sticky") throw needs("stickyKey", 'balance: "sticky"');
  if (stickyCookie !== undefined && balance !== "sticky") throw needs("stickyCookie", 'balance: "sticky"');
  if (stickyCookie !== undefined && stickyKey !== undefined) {
    throw new UsageError("MN_ERR_OPTION", "option stickyCookie: it is taken without stickyKey only");
  }
  if (peek && typeof balance !== "function") throw needs("peek", "a function as balance");
  if (proxyProtocol !== false && balance === "shared") throw needs("proxyProtocol", 'a balance other than "shared"');
  return { balance, stickyKey, stickyCookie, peek, proxyProtocol };
}

function needs(option: string, other: string): UsageError {
  return new UsageError("MN_ERR_OPTION", `option ${option}: it is taken with ${other} only`);
}

function isRange(value: unknown): boolean {
  return typeof value === "string" && readAddressRange(value) !== undefined;
}
