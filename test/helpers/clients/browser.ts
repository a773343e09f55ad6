// A client that keeps its cookies, and makes a connection of its own for each request.
import { get } from "node:http";
import { within } from "../deadline.js";

export class Browser {
  readonly cookies: Map<string, string> = new Map();
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  /** The body of the answer. */
  async visit(path = "/"): Promise<string> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = cookie === "" ? {} : { cookie };
    const answer = new Promise<string>((resolve, reject) => {
      get({ port: this.#port, host: "127.0.0.1", path, agent: false, headers }, async (response) => {
        for (const set of response.headers["set-cookie"] ?? []) this.#keep(set);
        let body = "";
        for await (const chunk of response.setEncoding("utf8")) body += chunk;
        resolve(body);
      }).on("error", reject);
    });
    return within(answer, "a visit is answered");
  }

  #keep(cookie: string): void {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
    this.cookies.set(name, value);
  }
}
