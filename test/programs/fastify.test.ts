// Fastify on all cores: by its own listen(), which makes a server for each address of localhost.
import { asksFor, prove } from "./prove.js";
import { fileOf } from "./real-program.js";

prove({
  name: "Fastify",
  launch: { script: fileOf("fastify.mjs") },
  connect: asksFor("/", "answered by Fastify"),
});
