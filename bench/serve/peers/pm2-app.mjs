// What PM2 starts: as its documentation on graceful shutdown has it.

import { host, makeServer, port } from "./server.mjs";

const server = makeServer().listen({ port, host });
process.on("SIGINT", () => server.close(() => process.exit()));
