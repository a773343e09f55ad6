// Broken and hostile streams: whatever the bytes are, there are values, one error, or silence.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LinkError } from "#src/errors.js";
import { ValueDecoder, ValueEncoder } from "#src/wire/codec.js";
import { FrameDecoder, streamLimits } from "#src/wire/decoder.js";
import { encodeClose, FRAME_VALUE, HEADER_SIZE, parseClose } from "#src/wire/frame.js";
import { frameStream } from "#src/wire/framed-stream.js";
import { duplexPair } from "../../helpers/duplex-pair.js";
import { anyValue } from "./any-value.js";

const MAX_PAYLOAD = 64 * 1024;
const SEED = Number(process.env.MUTATION_SEED ?? 20_101);

type Random = (below: number) => number;

/** A small generator of random numbers, so that a failure can be had again by its seed. */
function generator(seed: number): Random {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function validStreams(count: number): Buffer[] {
  const samples = fc.sample(fc.array(anyValue(), { minLength: 1, maxLength: 5 }), { numRuns: count, seed: SEED });
  return samples.map((values) => {
    const encoder = new ValueEncoder(MAX_PAYLOAD);
    const frames = values.map((value) => Buffer.from(encoder.encode(value)));
    return Buffer.concat([...frames, encodeClose(1000, "bye")]);
  });
}

const mutations: readonly ((bytes: Buffer, random: Random) => Buffer)[] = [
  function flipBits(bytes, random) {
    const copy = Buffer.from(bytes);
    for (let left = 1 + random(4); left > 0; left--) {
      const at = random(copy.length);
      copy[at] = (copy[at] as number) ^ (1 << random(8));
    }
    return copy;
  },
  function setByte(bytes, random) {
    const copy = Buffer.from(bytes);
    copy[random(copy.length)] = random(256);
    return copy;
  },
  function cut(bytes, random) {
    return bytes.subarray(0, random(bytes.length));
  },
  function remove(bytes, random) {
    const at = random(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(8))]);
  },
  function insert(bytes, random) {
    const at = random(bytes.length);
    const added = Buffer.from(Array.from({ length: 1 + random(8) }, () => random(256)));
    return Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at)]);
  },
  function duplicate(bytes, random) {
    const [from, at] = [random(bytes.length), random(bytes.length)];
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(from, from + 1 + random(64)), bytes.subarray(at)]);
  },
];

function mutate(bytes: Buffer, random: Random): Buffer {
  const mutation = mutations[random(mutations.length)] as (typeof mutations)[number];
  return mutation(bytes, random);
}

/** The bytes within the payload of the first frame, so that mutations reach the values behind the framing. */
function mutatePayload(bytes: Buffer, random: Random): Buffer {
  const end = HEADER_SIZE + bytes.readUInt32BE(0);
  const payload = mutate(bytes.subarray(HEADER_SIZE, end), random);
  const header = Buffer.from(bytes.subarray(0, HEADER_SIZE));
  header.writeUInt32BE(payload.length, 0);
  return Buffer.concat([header, payload, bytes.subarray(end)]);
}

type Outcome = "values" | "frame error" | "value error" | "close error" | "truncated";

/** Reads a stream in chunks to its end. Throws what is not a LinkError. */
function read(stream: Buffer, random: Random): Outcome {
  const values = new ValueDecoder(MAX_PAYLOAD);
  let outcome: Outcome = "values";
  const decoder: FrameDecoder = new FrameDecoder(streamLimits(MAX_PAYLOAD), (type, bytes, start, end) => {
    try {
      if (type === FRAME_VALUE) values.decode(bytes, start, end);
      else parseClose(bytes, start, end);
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      outcome = type === FRAME_VALUE ? "value error" : "close error";
      decoder.stop();
    }
    return true;
  });
  for (let at = 0; at < stream.length; ) {
    const size = 1 + random(200);
    decoder.push(stream.subarray(at, at + size));
    at += size;
    assert.ok(decoder.bufferedBytes <= MAX_PAYLOAD + HEADER_SIZE);
  }
  if (decoder.error !== undefined) return "frame error";
  return decoder.end() === undefined ? outcome : "truncated";
}

test(`100,000 mutated streams end in values or one LinkError (MUTATION_SEED=${SEED})`, () => {
  const random = generator(SEED);
  const streams = validStreams(400);
  const outcomes = new Map<Outcome, number>();
  const before = process.memoryUsage();
  for (let run = 0; run < 100_000; run++) {
    const stream = streams[run % streams.length] as Buffer;
    const mutated = run % 2 === 0 ? mutate(stream, random) : mutatePayload(stream, random);
    const outcome = read(mutated, random);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  const after = process.memoryUsage();
  assert.ok(after.heapUsed - before.heapUsed < 200 * 1024 * 1024);
  assert.ok(after.external - before.external < 64 * 1024 * 1024);
  for (const outcome of ["values", "frame error", "value error", "close error", "truncated"] as const) {
    assert.ok((outcomes.get(outcome) ?? 0) > 100, `${outcome}: ${outcomes.get(outcome)}`);
  }
});

test("2,000 mutated streams through a framed stream: each closes once, with a code", async () => {
  const random = generator(SEED + 1);
  const streams = validStreams(100);
  const codes = new Set<number>();
  for (let run = 0; run < 2000; run++) {
    const [near, far] = duplexPair({ chunkSizes: [1 + random(200)] });
    const framed = frameStream(near, { maxPayload: MAX_PAYLOAD });
    const errors: Error[] = [];
    framed.on("error", (error) => errors.push(error));
    const closed = new Promise<number>((resolve) => framed.on("close", resolve));
    far.resume();
    far.on("error", () => {});
    far.end(mutate(streams[run % streams.length] as Buffer, random));
    codes.add(await closed);
    assert.ok(errors.length <= 1 && errors.every((error) => error instanceof LinkError));
  }
  for (const code of [1000, 1002, 1006, 1007, 1009]) assert.ok(codes.has(code), `${code} of ${[...codes].join()}`);
});
