// How often each page was seen, over all processes: the master keeps the numbers, the nodes ask it.

import { createServer } from "node:http";
import { listen } from "multi-node";

/** Anybody can ask for any page, so not every page gets a number. */
const MOST_PAGES = 1_000;

const { PORT: port = "8000", HOST: host = "127.0.0.1" } = process.env;

const server = createServer(async ({ url }, response) => {
  const views = await countView(url);
  response.setHeader("content-type", "application/json");
  response.end(`${JSON.stringify({ page: url, views, node: nodes.id })}\n`);
});
const nodes = listen({ port, host, nodes: 4 }, server);

if (nodes.isMaster) {
  keepNumbers();
  const announce = () => console.log(`counter: http://${host}:${nodes.address().port}/`);
  nodes.ready.then(announce, () => {});
}

/** One process adds up, so no view is counted twice and none is lost while nodes come and go. */
function keepNumbers() {
  const views = new Map();
  nodes.handle("count a view", (page) => {
    if (!views.has(page) && views.size === MOST_PAGES) return null;
    const count = (views.get(page) ?? 0) + 1;
    views.set(page, count);
    return count;
  });
}

/** A page is worth more than its number: where the master does not answer, it goes without. */
async function countView(page) {
  try {
    // A node accepts connections as soon as it can; when it is ready, it knows the master, too.
    await nodes.ready;
    return await nodes.call("master", "count a view", page, { timeout: 1_000 });
  } catch (error) {
    console.error(`counter: ${error.message}`);
    return null;
  }
}
