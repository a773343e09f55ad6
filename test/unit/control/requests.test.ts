// Which lines are requests, and what is said of those that are not.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { COMMANDS, readRequest } from "#src/control/requests.js";

const GOOD: object[] = [
  { command: "info" },
  { command: "status" },
  { command: "reload" },
  { command: "scale", nodes: 1 },
  { command: "scale", nodes: 1_024 },
  { command: "restart", node: "node-1" },
  { command: "stop" },
  { command: "logs" },
  { command: "logs", lines: 0, follow: true, node: "master" },
  { command: "logs", lines: 1_000_000, follow: false, node: "node-12" },
  { command: "repl", node: "node-1" },
  { command: "inspect", node: "node-1" },
  { command: "profile", node: "node-1", duration: 100, path: "/tmp/a" },
  { command: "heap", node: "node-1", path: "/tmp/a" },
  { command: "report", node: "node-1", path: "/tmp/a" },
];

for (const command of GOOD) {
  for (const id of [0, -1.5, "", "x".repeat(100)]) {
    const request = { id, ...command };
    test(`taken: ${JSON.stringify(request)}`, () => assert.deepEqual(read(request), { request }));
  }
}

test("each command is tried here", () => {
  const tried = new Set(GOOD.map((command) => (command as { command: string }).command));
  assert.deepEqual([...tried].sort(), COMMANDS.toSorted());
});

const UNREADABLE: [line: string | Buffer, why: RegExp][] = [
  ["too-long", /^a line has at most 1048576 bytes$/],
  [Buffer.from([0xff]), /no UTF-8/],
  ["{", /^a request is a line of JSON: /],
  ["undefined", /^a request is a line of JSON: /],
  ["null", /^a request is an object, got null$/],
  ["[1]", /^a request is an object, got \[ 1 \]$/],
  ['"status"', /^a request is an object, got 'status'$/],
  ["{}", /^id: a number, or a string of at most 100 characters is taken, got undefined$/],
  ['{"id":null,"command":"info"}', /^id: .* got null$/],
  ['{"id":{},"command":"info"}', /^id: .* got \{\}$/],
  [`{"id":"${"x".repeat(101)}","command":"info"}`, /^id: /],
];

for (const [line, why] of UNREADABLE) {
  test(`not readable: ${String(line).slice(0, 60)}`, () => {
    const bytes = line === "too-long" ? line : Buffer.from(line);
    const answer = readRequest(bytes);
    assert.ok("error" in answer);
    assert.equal(answer.id, null);
    assert.equal(answer.error.code, "MN_ERR_CONTROL_REQUEST");
    assert.match(answer.error.message, why);
  });
}

const WRONG: [request: object, why: string][] = [
  [{}, "command: the name of a command is taken, got undefined"],
  [{ command: 1 }, "command: the name of a command is taken, got 1"],
  [{ command: "statsu" }, "command 'statsu' is not known: did you mean 'status'?"],
  [{ command: "" }, `command '' is not known: known are ${COMMANDS.join(", ")}`],
  [{ command: "toString" }, `command 'toString' is not known: known are ${COMMANDS.join(", ")}`],
  [{ command: "__proto__" }, `command '__proto__' is not known: known are ${COMMANDS.join(", ")}`],
  [{ command: "info", node: "node-1" }, "info does not know 'node': it takes nothing"],
  [{ command: "restart", nodes: "node-1" }, "restart does not know 'nodes': did you mean 'node'?"],
  [{ command: "scale" }, "scale: nodes: an integer from 1 to 1024 is taken, got none"],
  [{ command: "scale", nodes: 1_025 }, "scale: nodes: an integer from 1 to 1024 is taken, got 1025"],
  [{ command: "scale", nodes: 1e15 }, "scale: nodes: an integer from 1 to 1024 is taken, got 1000000000000000"],
  [{ command: "scale", nodes: 0 }, "scale: nodes: an integer from 1 to 1024 is taken, got 0"],
  [{ command: "scale", nodes: "2" }, "scale: nodes: an integer from 1 to 1024 is taken, got '2'"],
  [{ command: "scale", nodes: null }, "scale: nodes: an integer from 1 to 1024 is taken, got null"],
  [{ command: "restart" }, "restart: node: the id of a node, such as 'node-1' is taken, got none"],
  [{ command: "restart", node: 1 }, "restart: node: the id of a node, such as 'node-1' is taken, got 1"],
  [{ command: "logs", lines: -1 }, "logs: lines: an integer from 0 to 1000000 is taken, got -1"],
  [{ command: "logs", lines: null }, "logs: lines: an integer from 0 to 1000000 is taken, got null"],
  [{ command: "logs", follow: "yes" }, "logs: follow: true or false is taken, got 'yes'"],
  [{ command: "logs", node: "" }, "logs: node: 'master' or the id of a node, such as 'node-1' is taken, got ''"],
  [{ command: "heap", node: "node-1", path: "a" }, "heap: path: an absolute path is taken, got 'a'"],
  [{ command: "heap", node: "node-1", path: "/a\0b" }, "heap: path: an absolute path is taken, got '/a\\x00b'"],
  [
    { command: "profile", node: "node-1", duration: 0, path: "/a" },
    "profile: duration: milliseconds, a number from 100 to 300000 is taken, got 0",
  ],
];

for (const [request, why] of WRONG) {
  test(`wrong: ${why}`, () => {
    const answer = read({ id: "a", ...request });
    assert.ok("error" in answer);
    assert.deepEqual([answer.id, answer.error.code, answer.error.message], ["a", "MN_ERR_CONTROL_REQUEST", why]);
  });
}

test("a field of the name __proto__ is as unknown as any", () => {
  const answer = readRequest(Buffer.from('{"id":1,"command":"info","__proto__":{"a":1}}'));
  assert.ok("error" in answer && answer.error.message.startsWith("info does not know '__proto__'"));
});

test("property: whatever is asked, the answer is short, and comes soon", () => {
  const command = fc.oneof(fc.constantFrom(...COMMANDS), fc.string(), fc.jsonValue());
  const request = fc.record(
    { id: fc.jsonValue(), command, node: fc.jsonValue(), path: fc.jsonValue() },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(request, fc.jsonValue()), (value) => {
      const line = JSON.stringify(value);
      const answer = readRequest(Buffer.from(line));
      if ("error" in answer) assert.ok(answer.error.message.length < 1_000);
      else assert.deepEqual(answer.request, JSON.parse(line));
    }),
  );
});

test("a name of a million letters is refused without being compared, and shown in part", () => {
  const answer = read({ id: 1, command: "x".repeat(1_000_000) });
  assert.ok("error" in answer && answer.error.message.length < 1_000);
});

function read(request: object): ReturnType<typeof readRequest> {
  return readRequest(Buffer.from(JSON.stringify(request)));
}
