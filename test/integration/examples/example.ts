// An example as a user runs it: a program of its own, and requests to it, each on a connection of its own.
import { type Agent, request as httpRequest } from "node:http";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { within } from "../../helpers/deadline.js";
import type { Answer } from "../../helpers/http.js";
import { Program } from "../../helpers/program.js";
import { EventStream } from "../../helpers/sse.js";

export interface Example {
  program: Program;
  port: number;
}

/** Runs examples/<name>/server.js until it says that all its processes serve. */
export async function startExample(t: TestContext, name: string): Promise<Example> {
  const file = fileURLToPath(new URL(`../../../../examples/${name}/server.js`, import.meta.url));
  const program = Program.start(t, file, { env: { PORT: "0", HOST: undefined } });
  const { text } = await program.first("line", (line) => String(line["text"]).includes("http://"));
  return { program, port: Number(/http:\/\/127\.0\.0\.1:(\d+)\//.exec(String(text))?.[1]) };
}

/** Sends a body. */
export function send(port: number, method: string, path: string, body: string, agent?: Agent): Promise<Answer> {
  const answer = new Promise<Answer>((resolve, reject) => {
    const headers = { "content-length": Buffer.byteLength(body) };
    httpRequest({ host: "127.0.0.1", port, path, method, headers, agent: agent ?? false })
      .on("error", reject)
      .on("response", async (response) => {
        let text = "";
        for await (const chunk of response.setEncoding("utf8")) text += chunk;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      })
      .end(body);
  });
  return within(answer, `${method} ${path} is answered`);
}

/** Opens event streams until two hang on different processes: `nodeOf` tells on which. */
export async function twoApart(
  open: () => EventStream,
  nodeOf: (stream: EventStream) => Promise<string>,
): Promise<[EventStream, EventStream]> {
  const first = open();
  const node = await nodeOf(first);
  for (;;) {
    const second = open();
    if ((await nodeOf(second)) !== node) return [first, second];
    second.close();
  }
}
