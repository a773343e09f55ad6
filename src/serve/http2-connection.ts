// One HTTP/2 session: whether a stream is in flight on it, and how it comes to its end once its server drains.
import type { ServerHttp2Session, ServerHttp2Stream } from "node:http2";
import type { ResponseTimes } from "./response-times.js";

/** The code of a stream that came to its end: NO_ERROR of RFC 9113, 7. */
const NO_ERROR = 0;

/**
 * After a GOAWAY, Node's HTTP/2 takes no new stream, whatever last stream the GOAWAY names: the notice of RFC 9113, 6.8
 * that refuses nothing yet cannot be had. A client does again what its GOAWAY refused; but the fewer, the better, so it
 * is sent right behind a stream that came, when the client is most likely to wait for the answer.
 */
export class Http2Connection {
  readonly #session: ServerHttp2Session;
  readonly #times: ResponseTimes;
  #streams = 0;
  /** Set once the server drains: the end of the time for which the session may be idle. */
  #timer: NodeJS.Timeout | undefined;

  constructor(session: ServerHttp2Session, times: ResponseTimes) {
    this.#session = session;
    this.#times = times;
    session.once("close", () => clearTimeout(this.#timer));
  }

  /** Takes no more streams after the next ones that come, or after the grace. */
  drain(grace: number): void {
    this.#timer = setTimeout(this.#takeNoMore, grace);
    if (this.#streams > 0) this.#takeNoMore();
  }

  begin(stream: ServerHttp2Stream): void {
    const begunAt = this.#times.begin();
    this.#streams += 1;
    stream.once("close", () => {
      this.#streams -= 1;
      if (stream.rstCode === NO_ERROR) this.#times.end(begunAt);
    });
    // What came together with it is taken too.
    if (this.#timer !== undefined) setImmediate(this.#takeNoMore);
  }

  readonly #takeNoMore = (): void => {
    clearTimeout(this.#timer);
    this.#session.close();
  };
}
