// Random listens, publishes, joins, leaves and deaths: what each listener hears is what was sent while it was known.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Command, commands, World } from "../../helpers/channel-world.js";

test("property: who comes and goes in peace hears exactly what is sent while it listens, in each sender's order", async () => {
  await fc.assert(
    fc.asyncProperty(commands(), chunkSizes(), async (list, sizes) => {
      const world = await run(list, sizes, "each change is waited for");
      for (const { heard, must } of world.listeners) assert.deepEqual(bySender(heard), bySender(must));
    }),
    { numRuns: 60 },
  );
});

test("property: whatever happens at once, nothing comes twice or out of order, and nothing that is due is missing", async () => {
  await fc.assert(
    fc.asyncProperty(commands(), chunkSizes(), async (list, sizes) => {
      const world = await run(list, sizes, "all at once");
      for (const { heard, must, own } of world.listeners) {
        const missing = must.filter((message) => !heard.includes(message));
        assert.deepEqual(missing, []);
        for (const [sender, numbers] of bySender(heard)) {
          assert.notEqual(sender, own);
          assert.deepEqual(
            numbers,
            [...new Set(numbers)].toSorted((a, b) => a - b),
          );
        }
      }
    }),
    { numRuns: 120 },
  );
});

async function run(
  list: readonly Command[],
  sizes: readonly number[],
  pace: "each change is waited for" | "all at once",
): Promise<World> {
  const world = new World({ chunkSizes: sizes });
  for (const command of [{ type: "join" }, { type: "join" }, ...list] as const) {
    const isChange = command.type !== "publish";
    if (isChange && pace === "each change is waited for") await world.settle();
    await world.run(command);
    if (isChange && pace === "each change is waited for") await world.settle();
  }
  await world.end();
  assert.deepEqual(world.faults, []);
  return world;
}

function chunkSizes(): fc.Arbitrary<number[]> {
  return fc.array(fc.constantFrom(0, 1, 3, 17, 1_000), { minLength: 1, maxLength: 4 });
}

/** The numbers of what was heard, by their senders: `sender#number`. */
function bySender(heard: readonly string[]): Map<string, number[]> {
  const all = new Map<string, number[]>();
  for (const message of heard) {
    const [sender, number] = message.split("#") as [string, string];
    all.set(sender, [...(all.get(sender) ?? []), Number(number)]);
  }
  return all;
}
