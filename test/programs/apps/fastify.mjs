// A Fastify program with its own listen(): by default on every address of localhost, each a server of its own.
import { setTimeout as pause } from "node:timers/promises";
import fastify from "fastify";

const app = fastify();

app.get("/", async (_request, reply) => {
  await pause(10);
  reply.header("x-pid", String(process.pid));
  return "answered by Fastify";
});

await app.listen({ port: Number(process.env.PORT) });
