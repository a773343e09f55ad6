// What is asked of every request before it may change anything, and how one is refused.

import { json } from "node:stream/consumers";

const MOST_BYTES = 4_096;

/** A request that is not done: status, a text for people, headers. */
export class Refusal extends Error {
  constructor(status, message, headers = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** Other sites' pages may send requests here, too; browsers say which page sent one, and curl says nothing. */
export function checkOrigin({ headers }) {
  const { origin, host, "sec-fetch-site": site } = headers;
  const own = site === undefined ? origin === undefined || hostOf(origin) === host : site === "same-origin";
  if (!own) throw new Refusal(403, "only this page may do that");
}

/** The object in the body. Who does not say its length in advance, or says too much, is not listened to. */
export async function readJson(request) {
  const length = Number(request.headers["content-length"]);
  if (Number.isNaN(length)) throw new Refusal(411, "content-length is missing");
  if (length > MOST_BYTES) throw new Refusal(413, `more than ${MOST_BYTES} bytes`, { connection: "close" });
  const value = await json(request).catch(() => undefined);
  if (typeof value !== "object" || value === null) throw new Refusal(400, "a JSON object is taken");
  return value;
}

export function refuse(response, error) {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status = 500, message, headers } = error instanceof Refusal ? error : { message: "failed" };
  if (status === 500) console.error(error);
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", ...headers }).end(`${message}\n`);
}

function hostOf(origin) {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
