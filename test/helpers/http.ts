// A client for tests: each request on a fresh connection unless an agent is given.
import { type Agent, get as httpGet, type IncomingHttpHeaders, type RequestOptions } from "node:http";
import type { AddressInfo } from "node:net";
import { within } from "./deadline.js";
import type { Told } from "./program.js";

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Where a fixture said that it listens. */
export function portOf(told: Told): number {
  return (told["address"] as AddressInfo).port;
}

export function get(port: number, path = "/", agent: Agent | false = false, host = "127.0.0.1"): Promise<Answer> {
  return request({ port, path, agent, host });
}

/** The same through a Unix socket. */
export function getOver(socketPath: string, path = "/"): Promise<Answer> {
  return request({ socketPath, path, agent: false });
}

function request(options: RequestOptions): Promise<Answer> {
  const answer = new Promise<Answer>((resolve, reject) => {
    httpGet(options, async (response) => {
      let body = "";
      for await (const chunk of response.setEncoding("utf8")) body += chunk;
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
    }).on("error", reject);
  });
  return within(answer, "a request is answered");
}
