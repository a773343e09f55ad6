// What can be done inside a running node, each tool by its name.
import type { Tool } from "../../protocol.js";
import type { ToolHost } from "./host.js";
import { writeHeapSnapshot } from "./heap.js";
import { endInspection, openInspector } from "./inspect.js";
import { writeProfile } from "./profile.js";
import { writeReport } from "./report.js";

/** Those at work: what two of a kind would do to each other, nobody is to find out. */
const atWork = new Set<Tool["name"]>();

/** Rejects with a text for whoever asked. */
export async function useTool(tool: Tool, host: ToolHost): Promise<unknown> {
  if (atWork.has(tool.name)) throw new Error(`${tool.name} is at work here already; it does one thing at a time`);
  atWork.add(tool.name);
  try {
    return await use(tool, host);
  } finally {
    atWork.delete(tool.name);
  }
}

function use(tool: Tool, host: ToolHost): unknown {
  switch (tool.name) {
    case "repl":
      return repl(host);
    case "inspect":
      return openInspector();
    case "end-inspect":
      return endInspection();
    case "profile":
      return writeProfile(tool.path, tool.duration);
    case "heap":
      return writeHeapSnapshot(tool.path, host);
    case "report":
      return writeReport(tool.path);
    default:
      throw new Error(`there is no tool ${JSON.stringify((tool as Tool).name)} here`);
  }
}

/** Loaded by itself, as it is the most of all the tools. */
async function repl(host: ToolHost): Promise<{ path: string }> {
  const { openRepl } = await import("./repl.js");
  return openRepl(host);
}
