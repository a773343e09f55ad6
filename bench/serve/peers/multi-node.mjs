// This package, with the way to balance that is asked for.

import { listen } from "../../../dist/bundle/index.js";
import { count, host, makeServer, port } from "./server.mjs";

const { BENCH_BALANCE: balance } = process.env;

listen({ port, host, nodes: count, ...(balance === "shared" ? {} : { balance }) }, makeServer());
