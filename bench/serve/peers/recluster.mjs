// recluster, as its readme has it: SIGUSR2 reloads.

import { fileURLToPath } from "node:url";
import { count } from "./server.mjs";

const { default: recluster } = await import(process.env.BENCH_PACKAGE);

const cluster = recluster(fileURLToPath(new URL("bare.mjs", import.meta.url)), { workers: count });
cluster.run();
process.on("SIGUSR2", () => cluster.reload());
