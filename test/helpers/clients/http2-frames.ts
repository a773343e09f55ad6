// HTTP/2 frame by frame (RFC 9113, 4.1), for a client that behaves as a test wants.
import { RawClient } from "./raw.js";

const TYPES = [
  "DATA",
  "HEADERS",
  "PRIORITY",
  "RST_STREAM",
  "SETTINGS",
  "PUSH_PROMISE",
  "PING",
  "GOAWAY",
  "WINDOW_UPDATE",
];
const HEADER_SIZE = 9;
const END_STREAM = 1;
const END_HEADERS = 4;
/** By the static table of HPACK: :method GET, :scheme http, :path /, and :authority with one letter. */
const GET = Buffer.from([0x82, 0x86, 0x84, 0x41, 1, 0x61]);

interface Frame {
  type: string;
  /** Whether it ends its stream. */
  last: boolean;
  stream: number;
  payload: Buffer;
}

export class Http2Frames {
  readonly #client: RawClient;

  constructor(client: RawClient) {
    this.#client = client;
    client.socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    this.#send("SETTINGS", 0, 0);
  }

  /** All whole frames that came. */
  get frames(): Frame[] {
    const bytes = Buffer.from(this.#client.received, "latin1");
    const frames: Frame[] = [];
    for (let at = 0; at + HEADER_SIZE <= bytes.length; ) {
      const end = at + HEADER_SIZE + bytes.readUIntBE(at, 3);
      if (end > bytes.length) break;
      const type = TYPES[bytes[at + 3] ?? 0] ?? "";
      const last = ((bytes[at + 4] ?? 0) & END_STREAM) > 0;
      frames.push({ type, last, stream: bytes.readUInt32BE(at + 5), payload: bytes.subarray(at + HEADER_SIZE, end) });
      at = end;
    }
    return frames;
  }

  /** Opens these streams at once. */
  get(...streams: number[]): void {
    this.#client.socket.cork();
    for (const stream of streams) this.#send("HEADERS", END_STREAM | END_HEADERS, stream, GET);
    this.#client.socket.uncork();
  }

  /** The streams whose answer is complete. */
  get answered(): number[] {
    return this.frames.filter(({ type, last }) => type === "DATA" && last).map(({ stream }) => stream);
  }

  /** Resolves when the answer of a stream is complete. */
  async answer(stream: number): Promise<void> {
    await this.#client.when(() => this.answered.includes(stream), `stream ${stream} is answered`);
  }

  /** The last stream that the server has taken, by its latest GOAWAY. */
  get lastTaken(): number | undefined {
    return this.frames.findLast(({ type }) => type === "GOAWAY")?.payload.readUInt32BE(0);
  }

  #send(type: string, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): void {
    const header = Buffer.alloc(HEADER_SIZE);
    header.writeUIntBE(payload.length, 0, 3);
    header[3] = TYPES.indexOf(type);
    header[4] = flags;
    header.writeUInt32BE(stream, 5);
    this.#client.socket.write(Buffer.concat([header, payload]));
  }
}
