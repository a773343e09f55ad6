// What the server of the chaos tests answers, and its clients expect.

export type ServerKind = "http" | "https" | "http2";

/** The answer to a plain request. */
export const ANSWER = "all of it";
/** What a download is, spread over two seconds. */
export const DOWNLOAD: Buffer = Buffer.alloc(64 * 1024, "a slow download, as it was written. ");
