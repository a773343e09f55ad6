// The same handler in Deno: `deno serve --parallel` loads this file in each of its threads.

import { bodyFor } from "./handler.mjs";
import { reportIn } from "./report-in.mjs";

reportIn();

export default {
  fetch: ({ url }) => new Response(bodyFor(new URL(url).pathname), { headers: { "content-type": "text/plain" } }),
};
