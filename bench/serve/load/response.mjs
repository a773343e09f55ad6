// Reads one HTTP response after another out of what a socket gives, as cheaply as JavaScript can.

const HEAD_END = "\r\n\r\n";
const GOOD_START = "HTTP/1.1 200";

export class Response {
  #head = Buffer.alloc(0);
  #expected;
  #left = -1;
  #isRight = false;
  #keepsAlive = false;

  /** @param expected `{ length, start }` of the body */
  constructor(expected) {
    this.#expected = expected;
  }

  get isRight() {
    return this.#isRight;
  }

  get keepsAlive() {
    return this.#keepsAlive;
  }

  /** Whether the response is complete with this chunk. */
  take(chunk) {
    if (this.#left < 0) return this.#takeHead(chunk);
    this.#left -= chunk.length;
    return this.#left <= 0;
  }

  #takeHead(chunk) {
    this.#head = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk]);
    const end = this.#head.indexOf(HEAD_END);
    if (end < 0) return false;
    const head = this.#head.latin1Slice(0, end);
    const body = this.#head.subarray(end + HEAD_END.length);
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1]);
    const { length: wanted, start } = this.#expected;
    this.#isRight = head.startsWith(GOOD_START) && length === wanted && startsWith(body, start);
    this.#keepsAlive = !/\r\nconnection: *close/i.test(head);
    this.#left = (length || 0) - body.length;
    return this.#left <= 0;
  }
}

/** A body of which nothing has come yet is taken on trust: its length is checked. */
function startsWith(body, start) {
  return start.startsWith(body.latin1Slice(0, start.length));
}
