// What a call returns: a promise of the answer that can also be iterated, for answers that are streams.
import { UsageError } from "../errors.js";
import { show } from "../option-rules.js";
import { AnswerStream } from "./answer-stream.js";

/** A call that was made: await it, or iterate it with `for await` where its handler is an async generator. */
export interface Call<Result = unknown> extends Promise<Result>, AsyncIterable<ItemOf<Result>> {}

type ItemOf<Result> = Result extends AsyncIterable<infer Item> ? Item : unknown;

export class Answer extends Promise<unknown> implements Call {
  // Otherwise each then() would make another one of these, and await would wrap it once more.
  static {
    void Object.defineProperty(Answer.prototype, "constructor", { value: Promise });
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown, undefined> {
    return new AnswerItems(this);
  }
}

class AnswerItems implements AsyncIterator<unknown, undefined> {
  readonly #answer: Promise<unknown>;
  #stream: AnswerStream | undefined;

  constructor(answer: Promise<unknown>) {
    this.#answer = answer;
  }

  next(): Promise<IteratorResult<unknown, undefined>> {
    return this.#stream === undefined ? this.#first() : this.#stream.next();
  }

  async return(): Promise<IteratorResult<unknown, undefined>> {
    return (await this.#found()).return();
  }

  async #first(): Promise<IteratorResult<unknown, undefined>> {
    return (await this.#found()).next();
  }

  async #found(): Promise<AnswerStream> {
    const answer = await this.#answer;
    if (!(answer instanceof AnswerStream)) throw notStreamed(answer);
    this.#stream = answer;
    return answer;
  }
}

function notStreamed(answer: unknown): UsageError {
  const got = `for await takes a call whose answer is streamed, but this answer is one value, ${show(answer)}`;
  return new UsageError("MN_ERR_OPTION", `${got}: await the call, or let its handler be an async generator`);
}
