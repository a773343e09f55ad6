// Node as it comes: one process, or one of several that share the port where the system lets them.

import { host, makeServer, port } from "./server.mjs";

makeServer().listen({ port, host, reusePort: process.env.BENCH_REUSE_PORT === "1" });
