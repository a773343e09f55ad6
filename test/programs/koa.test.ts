// Koa on all cores.
import { asksFor, prove } from "./prove.js";
import { fileOf } from "./real-program.js";

prove({
  name: "Koa",
  launch: { script: fileOf("koa.mjs") },
  connect: asksFor("/", "answered by Koa"),
});
