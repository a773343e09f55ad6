// Every option of listen() with every kind of wrong value, and what is filled in for those left out.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import fc from "fast-check";
import { availableCpus } from "#src/cpus.js";
import { UsageError } from "#src/errors.js";
import { checkListenOptions, type ListenOptions } from "#src/options.js";
import { checkPortOptions } from "#src/port-options.js";
import { NODES, PORT, WRONG } from "../helpers/wrong-options.js";

const OWN_FILE = fileURLToPath(import.meta.url);

for (const [name, takes, values] of WRONG) {
  for (const [value, shown] of values) {
    test(`${name}: ${shown} is refused`, () => {
      refuses({ [name]: value }, `option ${name}: ${takes} is taken, got ${shown}`);
    });
  }
}

test("a script's URL is refused when it is not of a file", () => {
  refuses({ script: new URL("https://example.org/program.js") }, /^option script: .* is taken, got URL \{/);
});

for (const script of ["file://host/program.js", "file:///a%2Fb.js", "file://[", new URL("file://host/program.js")]) {
  test(`a script's URL that names no path is refused: ${script}`, () => {
    refuses({ script }, /^option script: the path or file: URL of a program that exists is taken, got /);
  });
}

test("something else than an object is refused", () => {
  for (const [options, shown] of [
    [undefined, "undefined"],
    [null, "null"],
    [8000, "8000"],
    ["8000", "'8000'"],
  ] as const) {
    const message = `options: an object such as { port: 8000 } is taken, got ${shown}`;
    refuses(options, message);
    refuses(options, message, checkPortOptions);
  }
});

test("a misspelt option is refused with the one that was meant", () => {
  refuses({ porrt: 80 }, "option porrt is not known: did you mean port?");
  refuses({ node: 4 }, "option node is not known: did you mean nodes?");
  refuses({ masterlisten: true }, "option masterlisten is not known: did you mean masterListen?");
  refuses({ drainTimeOut: undefined }, "option drainTimeOut is not known: did you mean drainTimeout?");
});

test("an option like no other is refused with all that there are", () => {
  refuses({ workers: 4 }, /^option workers is not known: known are port, host, path, .*nodes, .*log$/);
  refuses({ toString: 1 }, /^option toString is not known/);
  refuses(JSON.parse('{ "__proto__": 1 }'), /^option __proto__ is not known/);
});

test("nodes.listen() takes the options of a port only", () => {
  refuses(
    { port: 80, nodes: 4 },
    /^option nodes is not known: known are port, host, path, backlog, ipv6Only$/,
    checkPortOptions,
  );
  refuses({ port: -1 }, `option port: ${PORT} is taken, got -1`, checkPortOptions);
});

test("a path is refused beside what belongs to a TCP port", () => {
  for (const [name, value] of [
    ["port", 80],
    ["port", 0],
    ["host", "::"],
    ["ipv6Only", false],
  ] as const) {
    const message = `option path: is taken without ${name}, got path '/run/web.sock' and ${name}`;
    refuses({ path: "/run/web.sock", [name]: value }, message);
    refuses({ path: "/run/web.sock", [name]: value }, message, checkPortOptions);
  }
});

test("options that an object inherits are checked as its own are", () => {
  refuses(Object.create({ nodes: "4" }), `option nodes: ${NODES} is taken, got '4'`);
});

test("without options all defaults hold", () => {
  const { port, service } = checkListenOptions({});
  const { log, ...rest } = service;
  assert.deepEqual(port, { port: 80, host: undefined, ipv6Only: false, backlog: 511 });
  assert.equal(typeof log, "function");
  assert.deepEqual(rest, {
    nodes: availableCpus(),
    masterListen: false,
    restartChildren: true,
    script: undefined,
    args: undefined,
    drainTimeout: 25_000,
    readyTimeout: 30_000,
    minUptime: 5_000,
    env: {},
    cwd: undefined,
    nodeArgs: [],
    surge: 1,
    hangTimeout: 30_000,
    maxMemory: 0,
    maxLifetime: 0,
    maxRequests: 0,
    balance: { balance: "shared", stickyKey: undefined, stickyCookie: undefined, peek: false, proxyProtocol: false },
    restart: { intensity: 0, period: 60_000, beyond: "back-off" },
    scale: undefined,
    maxPayload: 16 * 1024 * 1024,
    maxBufferedAmount: 64 * 1024 * 1024,
    user: undefined,
    group: undefined,
    signals: true,
    name: undefined,
    output: "raw",
    hosted: undefined,
    logsTo: "stderr",
  });
});

test("what restart leaves out is filled in", () => {
  const { restart } = checkListenOptions({ restart: { intensity: 10, beyond: "give-up" } }).service;
  assert.deepEqual(restart, { intensity: 10, period: 60_000, beyond: "give-up" });
  assert.deepEqual(checkListenOptions({ restart: { intensity: undefined } as never }).service.restart, {
    intensity: 0,
    period: 60_000,
    beyond: "back-off",
  });
});

test("what restart holds is checked by name", () => {
  refuses(
    { restart: { intensity: -1 } },
    "option restart.intensity: an integer from 0 (off) to 100000 is taken, got -1",
  );
  refuses({ restart: { intensity: 1.5 } }, /^option restart\.intensity: .* got 1\.5$/);
  refuses({ restart: { period: 0 } }, /^option restart\.period: milliseconds, a number from 1 to 2147483647 is taken/);
  refuses({ restart: { beyond: "panic" } }, `option restart.beyond: "give-up" or "back-off" is taken, got 'panic'`);
  refuses({ restart: { giveup: true } }, /^option restart\.giveup is not known: known are intensity, period, beyond$/);
  refuses({ restart: { intensty: 1 } }, "option restart.intensty is not known: did you mean intensity?");
});

test("the number of nodes follows the load between minNodes and maxNodes, one of them is enough", () => {
  const scaled = (options: ListenOptions): unknown => {
    const { nodes, scale } = checkListenOptions(options).service;
    return [nodes, scale?.minNodes, scale?.maxNodes];
  };
  assert.deepEqual(scaled({ minNodes: 2, maxNodes: 8 }), [2, 2, 8]);
  assert.deepEqual(scaled({ minNodes: 2, maxNodes: 8, nodes: 5 }), [5, 2, 8]);
  assert.deepEqual(scaled({ minNodes: 2, maxNodes: 8, nodes: 1 }), [2, 2, 8]);
  assert.deepEqual(scaled({ minNodes: 2, maxNodes: 8, nodes: 9 }), [8, 2, 8]);
  assert.deepEqual(scaled({ maxNodes: 8 }), [1, 1, 8]);
  assert.deepEqual(scaled({ minNodes: 64 }), [64, 64, 64]);
  assert.deepEqual(scaled({ minNodes: 1 }), [1, 1, availableCpus()]);
  assert.deepEqual(scaled({ minNodes: 1, nodes: 6 }), [6, 1, 6]);
  assert.deepEqual(scaled({}), [availableCpus(), undefined, undefined]);
});

test("more nodes at least than at most are refused", () => {
  refuses({ minNodes: 4, maxNodes: 2 }, "option minNodes: at most maxNodes, 2, is taken, got 4");
});

test("the limits of messages are taken in bytes", () => {
  const taken = (options: ListenOptions): unknown => {
    const { maxPayload, maxBufferedAmount } = checkListenOptions(options).service;
    return [maxPayload, maxBufferedAmount];
  };
  assert.deepEqual(taken({ maxPayload: 1, maxBufferedAmount: 0 }), [1, 0]);
  assert.deepEqual(taken({ maxPayload: 2 ** 30, maxBufferedAmount: 2 ** 40 }), [2 ** 30, 2 ** 40]);
});

test("an account is taken by name or by number", () => {
  const { user, group } = checkListenOptions({ user: "www-data", group: 0 }).service;
  assert.deepEqual([user, group], ["www-data", 0]);
});

test("what can be off is off with 0", () => {
  const off = { hangTimeout: 0, maxMemory: 0, maxLifetime: 0, maxRequests: 0 };
  const { hangTimeout, maxMemory, maxLifetime, maxRequests } = checkListenOptions(off).service;
  assert.deepEqual({ hangTimeout, maxMemory, maxLifetime, maxRequests }, off);
});

test("an option that is undefined is one left out", () => {
  const names = WRONG.map(([name]) => [name, undefined]);
  assert.deepEqual(checkListenOptions(Object.fromEntries(names)).port, checkListenOptions({}).port);
  assert.equal(checkListenOptions(Object.fromEntries(names)).service.nodes, availableCpus());
});

test("a path is taken without any option of a TCP port", () => {
  assert.deepEqual(checkPortOptions({ path: "/run/web.sock" }), { path: "/run/web.sock", backlog: 511 });
  const given = { path: "/run/web.sock", port: undefined, host: undefined, ipv6Only: undefined, backlog: 7 };
  assert.deepEqual(checkPortOptions(given as never), { path: "/run/web.sock", backlog: 7 });
});

test("a script is taken as a path, a file: string or a URL, and has no arguments unless they are given", () => {
  const url = pathToFileURL(OWN_FILE);
  for (const script of [OWN_FILE, url.href, url]) {
    const { service } = checkListenOptions({ script });
    assert.equal(service.script, OWN_FILE);
    assert.deepEqual(service.args, []);
  }
  assert.deepEqual(checkListenOptions({ script: OWN_FILE, args: ["-v"] }).service.args, ["-v"]);
  assert.deepEqual(checkListenOptions({ args: ["-v"] }).service.args, ["-v"]);
  assert.throws(() => checkListenOptions({ script: join(OWN_FILE, "no-such") }), UsageError);
});

test("log: a function gets the lines, true is standard error, false nowhere", (t) => {
  const write = t.mock.method(process.stderr, "write", () => true);
  const lines: string[] = [];
  checkListenOptions({ log: (line) => void lines.push(line) }).service.log("one \u001b[2Jline\nand another");
  assert.deepEqual(lines, ["one line", "and another"]);
  checkListenOptions({ log: false }).service.log("unheard");
  assert.equal(write.mock.callCount(), 0);
  checkListenOptions({ log: true }).service.log("heard");
  assert.deepEqual(write.mock.calls[0]?.arguments, ["heard\n"]);
});

test("property: every port number, as such or in digits, is taken and no other number is", () => {
  fc.assert(
    fc.property(fc.oneof(fc.integer(), fc.integer({ min: 0, max: 65_535 }), fc.double()), (port) => {
      const valid = Number.isInteger(port) && port >= 0 && port <= 65_535;
      assert.equal(accepts({ port }), valid);
      if (valid)
        assert.deepEqual(checkPortOptions({ port: String(port) }), { ...checkPortOptions({}), port: port + 0 });
    }),
  );
});

test("property: whatever is given, the answer is complete options or an error that names an option", () => {
  const names = fc.constantFrom(...WRONG.map(([name]) => name), "unknown");
  fc.assert(
    fc.property(fc.dictionary(names, fc.anything({ withBigInt: true, withDate: true })), (options) => {
      try {
        const { port, service } = checkListenOptions(options);
        assert.ok(Number.isSafeInteger(service.nodes) && service.nodes >= 1);
        assert.ok("path" in port ? port.path !== "" : port.port >= 0 && port.port <= 65_535);
      } catch (error) {
        assert.ok(error instanceof UsageError, String(error));
        assert.equal(error.code, "MN_ERR_OPTION");
        assert.ok(
          Object.keys(options).some((name) => error.message.startsWith(`option ${name}`)),
          error.message,
        );
      }
    }),
  );
});

function accepts(options: object): boolean {
  try {
    checkPortOptions(options);
    return true;
  } catch {
    return false;
  }
}

function refuses(
  options: unknown,
  message: string | RegExp,
  check: (options: never) => unknown = checkListenOptions,
): void {
  assert.throws(() => check(options as never), { name: "UsageError", code: "MN_ERR_OPTION", message });
}
