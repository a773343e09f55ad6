// Hono's server for Node on all cores.
import { asksFor, prove } from "./prove.js";
import { fileOf } from "./real-program.js";

prove({
  name: "Hono",
  launch: { script: fileOf("hono.mjs") },
  connect: asksFor("/", "answered by Hono"),
});
