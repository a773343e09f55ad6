// Express on all cores.
import { asksFor, prove } from "./prove.js";
import { fileOf } from "./real-program.js";

prove({
  name: "Express",
  launch: { script: fileOf("express.mjs") },
  connect: asksFor("/", "answered by Express"),
});
