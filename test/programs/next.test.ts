// Next.js on all cores: a production build, served by its own command.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { asksFor, prove } from "./prove.js";
import { fileOf } from "./real-program.js";

const COMMAND = fileOf("node_modules/next/dist/bin/next");
const APP = fileOf("next");

prove({
  name: "Next.js",
  async launch() {
    const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1" };
    await promisify(execFile)(process.execPath, [COMMAND, "build", APP], { env });
    return { script: COMMAND, args: ["start", APP], port: "named" };
  },
  connect: asksFor("/answer", "answered by Next.js"),
});
