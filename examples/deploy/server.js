// An ordinary program that knows nothing of multi-node: what it listens on, every node serves.
import { createServer } from "node:http";

const { PORT: port = "8080" } = process.env;

const server = createServer((_request, response) => {
  response.end(`answered by process ${process.pid}\n`);
});

server.listen(port);
