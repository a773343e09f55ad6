// A value of every kind that frameStream has promised to carry, made anew for each who compares.

export function originalValues(): Record<string, unknown> {
  const cycle: Record<string, unknown> = { name: "cycle", list: [] };
  cycle["self"] = cycle;
  (cycle["list"] as unknown[]).push(cycle);
  return {
    string: "grüße, 世界 😀",
    "empty string": "",
    object: { foo: "bar" },
    "nested object": { a: { b: [{ c: { d: null } }], e: {} } },
    null: null,
    undefined: undefined,
    numbers: [0, 1, -1, 1.5, 2 ** 53, -(2 ** 53), Number.NaN, Number.POSITIVE_INFINITY, -0],
    number: 42,
    true: true,
    false: false,
    array: [1, "two", [3], { four: 4 }, undefined, null],
    Buffer: Buffer.from([0, 1, 254, 255]),
    Uint8Array: Uint8Array.of(1, 2, 255),
    Int16Array: Int16Array.of(-1, 2, 32_767),
    Float64Array: Float64Array.of(0.5, Number.NaN),
    BigInt64Array: BigInt64Array.of(-1n, 2n ** 62n),
    Date: new Date(Date.UTC(2010, 2, 28, 12, 34, 56, 789)),
    Map: new Map<unknown, unknown>([
      ["key", 1],
      [{ object: "key" }, new Map([[2, new Set(["deep"])]])],
    ]),
    Set: new Set<unknown>([1, "1", { a: 1 }]),
    BigInt: 2n ** 100n,
    Error: new TypeError("not today", { cause: new Error("the weather") }),
    cycle,
  };
}
