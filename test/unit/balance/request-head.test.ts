// The head of the first request of a connection, as far as it tells clients apart.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type RequestHead, readRequestHead } from "#src/balance/request-head.js";

const KiB = 1024;

function read(text: string): ReturnType<typeof readRequestHead> {
  return readRequestHead(Buffer.from(text, "latin1"));
}

function headOf(text: string): RequestHead {
  const reading = read(text);
  assert.equal(reading.type, "head");
  return (reading as { head: RequestHead }).head;
}

function requestOf(url: string, ...headers: string[]): RequestHead {
  return headOf(`GET ${url} HTTP/1.1\r\n${headers.map((line) => `${line}\r\n`).join("")}\r\n`);
}

describe("a head", () => {
  test("is method, url and headers, whatever follows it", () => {
    const head = headOf("POST /a/b?c=d HTTP/1.1\r\nHost: example.com\r\nX-One:  1 \t\r\nEmpty:\r\n\r\nbody\r\n\r\n");
    assert.deepEqual([head.method, head.url], ["POST", "/a/b?c=d"]);
    assert.deepEqual({ ...head.headers }, { host: "example.com", "x-one": "1", empty: "" });
  });

  test("may have no headers, lines that end in LF, empty lines before it and several spaces", () => {
    for (const text of [
      "GET / HTTP/1.0\r\n\r\n",
      "GET / HTTP/1.1\n\n",
      "GET / HTTP/1.1\n\r\n",
      "\r\n\r\nGET / HTTP/1.1\r\n\r\n",
      "\nGET   /  HTTP/1.1\r\n\n",
    ]) {
      assert.deepEqual([headOf(text).method, headOf(text).url], ["GET", "/"]);
    }
    assert.equal(headOf("GET / HTTP/1.1\nA: 1\nB: 2\r\n\n").headers["b"], "2");
  });

  test("may be for any method and any form of url", () => {
    assert.equal(headOf("M-SEARCH * HTTP/1.1\r\n\r\n").method, "M-SEARCH");
    assert.equal(headOf("OPTIONS http://example.com/ HTTP/1.1\r\n\r\n").url, "http://example.com/");
    assert.equal(headOf("CONNECT [::1]:443 HTTP/1.1\r\n\r\n").url, "[::1]:443");
    assert.equal(headOf("PROPFIND / HTTP/1.1\r\n\r\n").method, "PROPFIND");
  });

  test("repeated headers are joined, cookies as cookies are", () => {
    const { headers } = requestOf("/", "A: 1", "cookie: a=1", "a: 2", "Cookie: b=2");
    assert.deepEqual({ ...headers }, { a: "1, 2", cookie: "a=1; b=2" });
  });

  test("headers named as what every object has do no harm", () => {
    const { headers } = requestOf("/", "__proto__: x", "constructor: y", "toString: z");
    assert.equal(Object.getPrototypeOf(headers), null);
    assert.deepEqual(Object.entries(headers), [
      ["__proto__", "x"],
      ["constructor", "y"],
      ["tostring", "z"],
    ]);
    assert.equal(requestOf("/").headers["constructor"], undefined);
    assert.equal(({} as Record<string, unknown>)["x"], undefined);
  });

  test("blanks within a value stay", () => {
    assert.equal(requestOf("/", "A: \t x \t y\t ").headers["a"], "x \t y");
    assert.equal(requestOf("/", "A:  \t ").headers["a"], "");
  });

  test("values keep bytes beyond ASCII, as Node's do", () => {
    assert.equal(requestOf("/", "A: \u00c3\u00a0").headers["a"], "\u00c3\u00a0");
  });
});

describe("cookies", () => {
  test("the first of a name, decoded and without quotes", () => {
    const { cookie } = requestOf("/", 'Cookie: a=1;b="2"; c = s%3Ax%20y ;a=3; d=x=y; e=', "Cookie: f=6");
    assert.deepEqual(["a", "b", "c", "d", "e", "f"].map(cookie), ["1", "2", "s:x y", "x=y", "", "6"]);
  });

  test("none of that name", () => {
    const { cookie } = requestOf("/", "Cookie: sid; =x; other=1");
    assert.deepEqual(["sid", "oth", "__proto__", "Other"].map(cookie), [undefined, undefined, undefined, undefined]);
    assert.equal(requestOf("/").cookie("sid"), undefined);
    assert.equal(requestOf("/", "Cookie: sid; sid=1").cookie("sid"), "1");
  });

  test("what cannot be decoded is given as it is", () => {
    assert.equal(requestOf("/", "Cookie: a=100%; b=%E4").cookie("a"), "100%");
    assert.equal(requestOf("/", "Cookie: a=100%; b=%E4").cookie("b"), "%E4");
  });
});

describe("queries", () => {
  test("the first of a name, decoded", () => {
    const { query } = requestOf("/socket.io/?EIO=4&sid=a%2Fb+c&sid=2&flag&e=&x%20y=z&q=?");
    assert.deepEqual(["EIO", "sid", "flag", "e", "x y", "q"].map(query), ["4", "a/b c", "", "", "z", "?"]);
  });

  test("none of that name", () => {
    assert.equal(requestOf("/sid=1").query("/sid"), undefined);
    assert.equal(requestOf("/?a=1").query("sid"), undefined);
    assert.equal(requestOf("/?a=1").query("__proto__"), undefined);
  });

  test("what cannot be decoded is given as it is", () => {
    assert.equal(requestOf("/?a=1+%zz").query("a"), "1+%zz");
    assert.equal(requestOf("/?%=1").query("%"), "1");
  });

  test("property: as URLSearchParams has it", () => {
    const word = fc.string({ minLength: 1, unit: "grapheme" });
    fc.assert(
      fc.property(fc.array(fc.tuple(word, fc.string({ unit: "grapheme" })), { minLength: 1 }), (pairs) => {
        const params = new URLSearchParams(pairs);
        const { query } = requestOf(`/?${params}`);
        for (const [name] of pairs) assert.equal(query(name), params.get(name));
      }),
    );
  });
});

describe("no head", () => {
  test("is what another protocol begins with, from the first byte that tells", () => {
    for (const text of [
      "\u0016",
      "\0",
      "PRI ",
      "g",
      " ",
      "SSH-2",
      "GET\t",
      "GET / HTTP/2",
      "GET / HTTP/1.2",
      "GET / HTP",
      "GET / HTTP/1.1 ",
      "GET / HTTP/1.1\rX",
      "GET /\u0001",
      "A".repeat(33),
      "EHLO example.com\r\n",
      "GET /\r\n",
      "GET / HTTP/1\r\n",
      "PROXY TCP4 1",
    ]) {
      assert.equal(read(text).type, "none", JSON.stringify(text));
      if (!text.includes("\n")) assert.equal(read(text.slice(0, -1)).type, "incomplete", JSON.stringify(text));
    }
  });

  test("is one with a line that is no header", () => {
    for (const line of ["A", ": x", "A : x", " A: x", "A: x\r\n folded", "A: x\u0001", "\u00e4: x", "A: x\ry"]) {
      assert.equal(read(`GET / HTTP/1.1\r\nHost: a\r\n${line}\r\n\r\n`).type, "none", JSON.stringify(line));
    }
  });

  test("is what does not end within 16 KiB", () => {
    const begin = "GET / HTTP/1.1\r\nA: ";
    const exact = `${begin}${"x".repeat(16 * KiB - begin.length - 4)}\r\n\r\n`;
    assert.equal(read(`${exact}body`).type, "head");
    assert.equal(read(exact.slice(0, -1)).type, "incomplete");
    assert.equal(read(exact.replace("x", "xx")).type, "none");
    assert.equal(read("\r\n".repeat(8 * KiB)).type, "none");
    assert.equal(read(`GET /${"x".repeat(16 * KiB)}`).type, "none");
  });
});

const token = fc.stringMatching(/^[!#$%&'*+.^_`|~\da-zA-Z-]{1,10}$/);
const value = fc.stringMatching(/^(?:[!-~]{1,10}(?: [!-~]{1,10})?)?$/);
const lineEnd = fc.constantFrom("\r\n", "\n");

/** Any head and what it was made from. */
const anyHead = fc
  .record({
    before: fc.constantFrom("", "\r\n", "\n\r\n"),
    method: fc.stringMatching(/^[A-Z][A-Z-]{0,10}$/).filter((name) => name !== "PRI"),
    url: fc.stringMatching(/^[!-~]{1,30}$/),
    version: fc.constantFrom("HTTP/1.0", "HTTP/1.1"),
    headers: fc.uniqueArray(fc.tuple(token, value, lineEnd), {
      selector: ([name]) => name.toLowerCase(),
      maxLength: 5,
    }),
    ends: fc.tuple(lineEnd, lineEnd),
  })
  .map(({ before, method, url, version, headers, ends }) => {
    const lines = headers.map(([name, text, end]) => `${name}: ${text}${end}`).join("");
    return { method, url, headers, text: `${before}${method} ${url} ${version}${ends[0]}${lines}${ends[1]}` };
  });

test("property: what is written is read, and every beginning of it is incomplete", () => {
  fc.assert(
    fc.property(anyHead, ({ method, url, headers, text }) => {
      const head = headOf(text);
      assert.deepEqual([head.method, head.url], [method, url]);
      const expected = headers.map(([name, content]) => [name.toLowerCase(), content] as const);
      assert.deepEqual(new Map(Object.entries(head.headers)), new Map(expected));
      for (let length = 0; length < text.length; length++) assert.equal(read(text.slice(0, length)).type, "incomplete");
    }),
  );
});

test("property: any bytes never throw, nor does asking what was read", () => {
  const begin = fc.constantFrom("", "GET /", "GET / HTTP/1.1\r\n", "GET /?%=&a HTTP/1.1\r\nCookie: ");
  const rest = fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.constantFrom("a;=%;\r\n\r\n", "\r\n\r\n", ":\r\n\r\n"));
  fc.assert(
    fc.property(begin, rest, fc.string(), (first, then, name) => {
      const bytes = Buffer.concat([Buffer.from(first), Buffer.from(then as string, "latin1")]);
      const reading = readRequestHead(bytes);
      if (reading.type !== "head") return;
      for (const found of [reading.head.cookie(name), reading.head.query(name)]) {
        assert.ok(found === undefined || typeof found === "string");
      }
    }),
    { numRuns: 1000 },
  );
});
