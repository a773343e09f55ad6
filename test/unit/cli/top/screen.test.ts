// A terminal's second screen: drawn where something has changed, and given back as it was.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Screen } from "#src/cli/top/screen.js";
import { ScreenModel } from "../../../helpers/screen-model.js";

test("only lines that have changed are written", () => {
  const { screen, model, writes } = opened();
  screen.draw(["one", "two", "three"]);
  screen.draw(["one", "2", "three"]);
  assert.equal(writes.at(-1), "\u001b[2;1H\u001b[2K2");
  const count = writes.length;
  screen.draw(["one", "2", "three"]);
  assert.equal(writes.length, count, "nothing has changed");
  assert.deepEqual(model.lines, ["one", "2", "three"]);
});

test("with another size all is drawn anew", () => {
  const { screen, model } = opened();
  screen.draw(["one", "two", "three"]);
  screen.clear();
  screen.draw(["one", "two"]);
  assert.deepEqual(model.lines, ["one", "two"]);
});

test("the terminal is given back as it was, once", () => {
  const { screen, model, writes } = opened();
  assert.deepEqual([model.alternate, model.cursor, model.wrap], ["on", "hidden", "off"]);
  screen.draw(["one"]);
  screen.close();
  assert.deepEqual([model.alternate, model.cursor, model.wrap], ["off", "shown", "on"]);
  assert.deepEqual(model.lines, ["before"]);
  const count = writes.length;
  screen.close();
  screen.draw(["two"]);
  screen.clear();
  assert.equal(writes.length, count);
});

test("opened again, it shows all", () => {
  const { screen, model } = opened();
  screen.draw(["one"]);
  screen.close();
  screen.open();
  screen.draw(["one"]);
  assert.deepEqual(model.lines, ["one"]);
});

test("property: whatever was drawn before, the screen shows what was drawn last", () => {
  const line = fc.stringMatching(/^[a-z ]{0,9}[a-z]$/);
  const frame = fc.array(line, { minLength: 5, maxLength: 5 });
  fc.assert(
    fc.property(fc.array(frame, { minLength: 1 }), (frames) => {
      const { screen, model } = opened();
      for (const lines of frames) screen.draw(lines);
      assert.deepEqual(model.lines, frames.at(-1));
    }),
  );
});

function opened(): { screen: Screen; model: ScreenModel; writes: string[] } {
  const model = new ScreenModel();
  const writes: string[] = [];
  model.write("before");
  const screen = new Screen({
    write: (text: string | Uint8Array) => {
      writes.push(String(text));
      model.write(String(text));
      return true;
    },
  });
  screen.open();
  return { screen, model, writes };
}
