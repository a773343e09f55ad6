// The least that can be done to carry values over a socket: a header, one write per turn, and a count at the other end.

import { once } from "node:events";

// Length of the payload (u32), topic or part of a call (u8), number of a call (u32).
const HEADER_SIZE = 9;
const BATCH_SIZE = 64 * 1024;
const LARGE_FRAME = 16 * 1024;

/** Joins the frames of one turn and writes them to every one of `sockets`. */
export class FrameWriter {
  #sockets;
  #flushLater = () => this.#flush();
  #batch;
  #filled = 0;
  #expected = HEADER_SIZE;
  #wait;

  constructor(sockets) {
    this.#sockets = sockets;
  }

  /** Returns a promise when the sender has to wait. */
  add(kind, id, payload) {
    const size = HEADER_SIZE + payload.length;
    if (payload.length >= LARGE_FRAME) return this.#addLarge(kind, id, payload);
    if (this.#batch === undefined || this.#filled + size > this.#batch.length) this.#makeRoom(size);
    writeHeader(this.#batch, this.#filled, kind, id, payload.length);
    payload.copy(this.#batch, this.#filled + HEADER_SIZE);
    this.#filled += size;
    return this.#wait;
  }

  #addLarge(kind, id, payload) {
    const header = Buffer.allocUnsafe(HEADER_SIZE);
    writeHeader(header, 0, kind, id, payload.length);
    this.#flush();
    this.#write([header, payload]);
    return this.#wait;
  }

  #makeRoom(size) {
    if (this.#batch === undefined) {
      process.nextTick(this.#flushLater);
      this.#batch = Buffer.allocUnsafe(Math.max(size, this.#expected));
    } else if (this.#filled + size > BATCH_SIZE) {
      this.#flush();
      this.#makeRoom(size);
    } else {
      const larger = Buffer.allocUnsafe(Math.min(BATCH_SIZE, Math.max(2 * this.#filled, this.#filled + size)));
      this.#batch.copy(larger, 0, 0, this.#filled);
      this.#batch = larger;
    }
  }

  #flush() {
    if (this.#batch === undefined) return;
    const written = this.#batch.subarray(0, this.#filled);
    this.#expected = this.#filled;
    this.#batch = undefined;
    this.#filled = 0;
    this.#write([written]);
  }

  #write(parts) {
    for (const socket of this.#sockets) {
      socket.cork();
      for (const part of parts) socket.write(part);
      socket.uncork();
    }
    const full = this.#sockets.filter((socket) => socket.writableNeedDrain);
    if (full.length > 0) this.#wait ??= this.#drained(full);
  }

  async #drained(sockets) {
    await Promise.all(sockets.map((socket) => once(socket, "drain")));
    this.#wait = undefined;
  }
}

/** Finds the ends of frames and throws their bytes away. */
export class FrameSplitter {
  #onFrame;
  #header = Buffer.alloc(HEADER_SIZE);
  #headerFilled = 0;
  #length = 0;
  #kind = 0;
  #id = 0;
  // Bytes of the payload that are still to come; below zero, a header is next.
  #missing = -1;

  /** `onFrame(kind, id, length)` */
  constructor(onFrame) {
    this.#onFrame = onFrame;
  }

  push(chunk) {
    let offset = 0;
    while (true) {
      if (this.#missing < 0) offset = this.#readHeader(chunk, offset);
      if (this.#missing < 0) return;
      const taken = Math.min(this.#missing, chunk.length - offset);
      offset += taken;
      this.#missing -= taken;
      if (this.#missing > 0) return;
      this.#missing = -1;
      this.#onFrame(this.#kind, this.#id, this.#length);
    }
  }

  #readHeader(chunk, offset) {
    if (this.#headerFilled === 0 && chunk.length - offset >= HEADER_SIZE) {
      this.#takeHeader(chunk, offset);
      return offset + HEADER_SIZE;
    }
    const copied = chunk.copy(this.#header, this.#headerFilled, offset);
    this.#headerFilled += copied;
    if (this.#headerFilled === HEADER_SIZE) {
      this.#headerFilled = 0;
      this.#takeHeader(this.#header, 0);
    }
    return offset + copied;
  }

  #takeHeader(bytes, offset) {
    this.#length = bytes.readUInt32BE(offset);
    this.#kind = bytes[offset + 4];
    this.#id = bytes.readUInt32BE(offset + 5);
    this.#missing = this.#length;
  }
}

function writeHeader(target, offset, kind, id, length) {
  target.writeUInt32BE(length, offset);
  target[offset + 4] = kind;
  target.writeUInt32BE(id, offset + 5);
}
