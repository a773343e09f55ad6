// What somebody outside does inside this node: each order is confirmed and answered once. The tools are loaded with the first one.
import { endpoint } from "../mesh/endpoint.js";
import type { Boot, Tool, ToMaster, ToNode } from "../protocol.js";
import type { Heart } from "./heartbeat.js";
import type { ToolHost } from "./tools/host.js";

export class Workshop {
  readonly #host: ToolHost;
  readonly #send: (message: ToMaster) => void;

  constructor(
    { id, folder }: Pick<Boot, "id" | "folder">,
    nodes: object | undefined,
    heart: Heart,
    send: (message: ToMaster) => void,
  ) {
    this.#host = {
      id,
      endpoint: (name) => endpoint(folder, name),
      nodes,
      standStill: (work) => heart.standStill(work),
    };
    this.#send = send;
  }

  /** Never rejects: what goes wrong is what the master is told. */
  async use({ number, tool }: Extract<ToNode, { type: "tool" }>): Promise<void> {
    this.#send({ type: "tool-begun", number });
    try {
      this.#send({ type: "tool-answer", number, value: await use(tool, this.#host) });
    } catch (error) {
      const message = `${this.#host.id}: ${error instanceof Error ? error.message : String(error)}`;
      this.#send({ type: "tool-refusal", number, code: "MN_ERR_TOOL_FAILED", message });
    }
  }
}

async function use(tool: Tool, host: ToolHost): Promise<unknown> {
  const { useTool } = await import("./tools/tools.js");
  return useTool(tool, host);
}
