// throng, as its readme has it.

import { count, host, makeServer, port } from "./server.mjs";

const { default: throng } = await import(process.env.BENCH_PACKAGE);

throng({ count, worker: () => makeServer().listen({ port, host }) });
