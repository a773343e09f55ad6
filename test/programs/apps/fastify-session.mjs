// Fastify with its sessions in memory, as its documentation shows it, without TLS.
import fastifyCookie from "@fastify/cookie";
import fastifySession from "@fastify/session";
import Fastify from "fastify";

const fastify = Fastify();

fastify.register(fastifyCookie);
fastify.register(fastifySession, {
  secret: "a secret with minimum length of 32 characters",
  cookie: { secure: false },
});

fastify.get("/", (request, reply) => {
  request.session.visits = (request.session.visits ?? 0) + 1;
  reply.send({ visits: request.session.visits, pid: process.pid });
});

await fastify.listen({ port: Number(process.env.PORT) });
