// NestJS on all cores.
import { asksFor, prove } from "./prove.js";
import { fileOf } from "./real-program.js";

prove({
  name: "NestJS",
  launch: { script: fileOf("nest.cjs") },
  connect: asksFor("/", "answered by NestJS"),
});
