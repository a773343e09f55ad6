// The other end of a link in the test's hands: any frames out, and the frames that come in.
import { EventEmitter, once } from "node:events";
import { linkLimits } from "#src/messages/link-frames.js";
import { FrameDecoder } from "#src/wire/decoder.js";
import { FRAME_CLOSE, parseClose } from "#src/wire/frame.js";
import { within } from "./deadline.js";
import { duplexPair, type PairEnd } from "./duplex-pair.js";
import { peer } from "./fake-role.js";
import type { Station } from "./stations.js";

/** A link from a station to `node-9`, whose end is in the test's hands. */
export function rawPeer(
  station: Station,
  side: "dialer" | "acceptor",
): { station: Station; raw: RawLink; connected: Promise<void> } {
  const [near, far] = duplexPair();
  return { station, raw: new RawLink(far), connected: station.connect(near, peer("node-9"), side) };
}

export class RawLink {
  /** Type and payload of each frame that has come. */
  readonly frames: (readonly [type: number, payload: Buffer])[] = [];
  readonly #stream: PairEnd;
  readonly #changes = new EventEmitter();
  #state: "open" | "ended" = "open";

  constructor(stream: PairEnd) {
    this.#stream = stream;
    const decoder = new FrameDecoder(linkLimits(1024 * 1024), (type, bytes, start, end) => {
      this.frames.push([type, Buffer.from(bytes.subarray(start, end))]);
      return true;
    });
    stream.on("data", (chunk: Buffer) => {
      decoder.push(chunk);
      this.#changes.emit("change");
    });
    stream.on("end", () => {
      this.#state = "ended";
      this.#changes.emit("change");
    });
    stream.on("error", () => {});
  }

  get types(): number[] {
    return this.frames.map(([type]) => type);
  }

  send(...frames: readonly Buffer[]): void {
    for (const frame of frames) this.#stream.write(frame);
  }

  end(): void {
    this.#stream.end();
  }

  /** Reads nothing from now on. */
  pause(): void {
    this.#stream.pause();
  }

  /** Resolves with the payload of the first frame of this type that has come or comes. */
  async frame(type: number): Promise<Buffer> {
    for (;;) {
      const found = this.frames.find((frame) => frame[0] === type);
      if (found !== undefined) return found[1];
      await within(once(this.#changes, "change"), `a frame of the type 0x${type.toString(16)} comes`);
    }
  }

  /** Resolves with the reason for which the other side closes. */
  async closeReason(): Promise<string> {
    const payload = await this.frame(FRAME_CLOSE);
    return parseClose(payload, 0, payload.length).reason;
  }

  /** Resolves when the other side has ended the stream. */
  async ended(): Promise<void> {
    while (this.#state === "open") await within(once(this.#changes, "change"), "the stream ends");
  }
}
