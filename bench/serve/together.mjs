// Starts the processes of a peer that has no supervisor, all in this one's session: where Linux shares the cores out by
// session first (autogroup), processes with one each would get more of them than those of the other peers.

import { spawn } from "node:child_process";

process.once("message", (launches) => {
  for (const { command, args, cwd, env } of launches) {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "ignore", "inherit"] });
    child.on("error", ({ message }) => {
      process.stderr.write(`error: ${message}\n`);
      process.exit(1);
    });
    child.on("exit", (code) => process.exit(code ?? 1));
  }
});
process.once("disconnect", () => process.exit());
process.send("ready");
