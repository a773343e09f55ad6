// The same handler in Bun: several of these share the port.

import { bodyFor } from "./handler.mjs";
import { reportIn } from "./report-in.mjs";

const { BENCH_PORT: port } = process.env;

globalThis.Bun.serve({ port, hostname: "127.0.0.1", reusePort: true, fetch });
reportIn();

function fetch({ url, headers }) {
  const own = { "content-type": "text/plain", connection: headers.get("connection") ?? "keep-alive" };
  return new Response(bodyFor(new URL(url).pathname), { headers: own });
}
