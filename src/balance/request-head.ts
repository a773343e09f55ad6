// Pure: reads the head of the first HTTP request of a connection, as far as that is needed to tell clients apart.

/** The head of an HTTP/1 request. */
export interface RequestHead {
  /** Such as `GET`. */
  readonly method: string;
  /** As in the request line: path and query, mostly. */
  readonly url: string;
  /** By names in lower case. Repeated ones are joined with ", ", cookies with "; ". Without a prototype. */
  readonly headers: Readonly<Record<string, string>>;
  /** The first cookie of that name, without quotes and percent-decoded; where it cannot be decoded, as it is. */
  readonly cookie: (name: string) => string | undefined;
  /** The first parameter of that name in the url, decoded as a form's; where it cannot be decoded, as it is. */
  readonly query: (name: string) => string | undefined;
}

/**
 * - "incomplete": what came so far begins a request, and more bytes are needed.
 * - "none": it is no head of HTTP/1.0 or 1.1, but TLS, HTTP/2, another protocol or too long.
 */
export type RequestHeadReading =
  | { readonly type: "incomplete" }
  | { readonly type: "none" }
  | { readonly type: "head"; readonly head: RequestHead };

/** Bytes, its end included; as much as Node's own parser takes by default. */
const LONGEST = 16 * 1024;

const incomplete: RequestHeadReading = { type: "incomplete" };
const none: RequestHeadReading = { type: "none" };

/**
 * Reads the head of a request from all bytes that a connection has brought so far. Never throws. A beginning of a head
 * is "incomplete"; what cannot become a request line is "none" as soon as that is seen, what is wrong further down
 * once the head is whole, and what has no end within 16 KiB then.
 *
 * Source: RFC 9112, sections 2 to 5. Like many servers it takes empty lines before the request, several spaces within
 * the request line, and lines that end in LF alone.
 */
export function readRequestHead(bytes: Buffer): RequestHeadReading {
  const text = bytes.toString("latin1", 0, LONGEST).replace(/^[\r\n]+/, "");
  const lineEnd = text.indexOf("\n");
  const isWrong = lineEnd === -1 ? !mayBecomeRequestLine(text) : !REQUEST_LINE.test(text.slice(0, lineEnd));
  if (isWrong) return none;
  const end = text.search(/\n\r?\n/);
  if (end === -1) return bytes.length < LONGEST ? incomplete : none;
  const [line = "", ...rest] = text.slice(0, end).replace(/\r$/, "").split(/\r?\n/);
  const [method = "", url = ""] = line.split(/ +/);
  const headers = headersOf(rest);
  return headers === undefined ? none : { type: "head", head: headOf(method, url, headers) };
}

/** Without its LF. */
const REQUEST_LINE = /^[A-Z][A-Z-]{0,31} +[!-~\u0080-\u00ff]+ +HTTP\/1\.[01]\r?$/;

function mayBecomeRequestLine(text: string): boolean {
  if (text === "") return true;
  const [method = "", url = "", version = "", ...more] = text.split(/ +/);
  // HTTP/2 begins with a "PRI" request.
  const isMethod = /^[A-Z][A-Z-]{0,31}$/.test(method) && !text.startsWith("PRI ");
  const isVersion = "HTTP/1.0\r".startsWith(version) || "HTTP/1.1\r".startsWith(version);
  return isMethod && /^[!-~\u0080-\u00ff]*$/.test(url) && isVersion && more.length === 0;
}

const HEADER = /^([!#$%&'*+.^_`|~\dA-Za-z-]+):([\t -~\u0080-\u00ff]*)$/;

function headersOf(lines: readonly string[]): Record<string, string> | undefined {
  const headers = Object.create(null) as Record<string, string>;
  for (const line of lines) {
    const [, written, value = ""] = HEADER.exec(line) ?? [];
    if (written === undefined) return undefined;
    const name = written.toLowerCase();
    const before = headers[name];
    const separator = name === "cookie" ? "; " : ", ";
    headers[name] = before === undefined ? trimmed(value) : before + separator + trimmed(value);
  }
  return headers;
}

/** Its functions need no `this`: they may be taken out of it. */
function headOf(method: string, url: string, headers: Readonly<Record<string, string>>): RequestHead {
  return {
    method,
    url,
    headers,
    cookie: (name) => cookieIn(headers["cookie"] ?? "", name),
    query: (name) => queryIn(url, name),
  };
}

/** Without the blanks around it. `trim` takes bytes of UTF-8 for blanks, and a pattern takes long for many blanks. */
function trimmed(text: string): string {
  const isBlank = (at: number): boolean => text[at] === " " || text[at] === "\t";
  let [start, end] = [0, text.length];
  while (isBlank(start)) start++;
  while (end > start && isBlank(end - 1)) end--;
  return text.slice(start, end);
}

/** The value of a cookie in a field `Cookie`; `undefined` also for one without "=", which is a value without a name. */
export function cookieIn(text: string, name: string): string | undefined {
  const found = pairsIn(text, ";").find((pair) => pair.value !== undefined && trimmed(pair.name) === name);
  return found?.value === undefined ? undefined : percentDecoded(unquoted(trimmed(found.value)));
}

function queryIn(url: string, name: string): string | undefined {
  const start = url.indexOf("?");
  if (start === -1) return undefined;
  const found = pairsIn(url.slice(start + 1), "&").find((pair) => formDecoded(pair.name) === name);
  return found === undefined ? undefined : formDecoded(found.value ?? "");
}

function pairsIn(text: string, separator: string): { name: string; value: string | undefined }[] {
  return text.split(separator).map((pair) => {
    const at = pair.indexOf("=");
    return at === -1 ? { name: pair, value: undefined } : { name: pair.slice(0, at), value: pair.slice(at + 1) };
  });
}

function unquoted(text: string): string {
  return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}

function formDecoded(text: string): string {
  return percentDecoded(text, text.replaceAll("+", " "));
}

/** `text`, or `original` where its encoding is wrong. */
function percentDecoded(original: string, text: string = original): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return original;
  }
}
