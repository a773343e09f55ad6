// The program of a service on disk, in versions, behind a symbolic link as deployments have it.
import { randomUUID } from "node:crypto";
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What becomes of a node with this version of the program. */
export type Fate =
  | "serves"
  /** Throws while it is loaded. */
  | "is broken"
  /** Never comes to serve, and hears nothing. */
  | "hangs at start"
  /** Throws 50 ms after it serves. */
  | "crashes after ready";

const SERVICE = new URL("../fixtures/chaos-service.js", import.meta.url).href;

const programs: Record<Fate, (version: string) => string> = {
  serves: (version) => `serve("${version}");`,
  "is broken": (version) => `throw new Error("${version} is broken");`,
  "hangs at start": () => "while (true);",
  "crashes after ready": (version) => `const nodes = serve("${version}");
const crash = () => { throw new Error("${version} crashes after ready"); };
if (!nodes.isMaster) nodes.ready.then(() => setTimeout(crash, 50));`,
};

export class Release {
  // Inside the package, so that the program finds multi-node by name.
  readonly #folder: string = fileURLToPath(new URL(`../releases/${randomUUID()}/`, import.meta.url));
  #version = 0;

  /** The path that the service is started with. */
  get program(): string {
    return join(this.#folder, "current", "program.mjs");
  }

  /** Writes the next version and turns the link to it; returns its name. */
  publish(fate: Fate): string {
    this.#version += 1;
    const version = `v${this.#version}`;
    const folder = join(this.#folder, version);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "program.mjs"), `import { serve } from "${SERVICE}";\n${programs[fate](version)}\n`);
    symlinkSync(folder, join(this.#folder, "next"));
    renameSync(join(this.#folder, "next"), join(this.#folder, "current"));
    return version;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
