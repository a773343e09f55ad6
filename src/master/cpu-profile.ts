// Reads a short CPU profile, as V8 writes it: in which of the program's functions the time went.

/** The parts that are read of the inspector's `Profiler.Profile`. */
export interface CpuProfile {
  nodes: readonly ProfileNode[];
}

interface ProfileNode {
  id: number;
  /** `lineNumber` and `columnNumber` are the function's, from 0 on. */
  callFrame: { functionName: string; url: string; lineNumber: number; columnNumber: number };
  /** Samples in the function itself. */
  hitCount?: number;
  children?: readonly number[];
  /** Samples by line, from 1 on. */
  positionTicks?: readonly { line: number; ticks: number }[];
}

/** Whether the event loop waited for something in that time, as one that hangs never does. */
export function wasIdle({ nodes }: CpuProfile): boolean {
  return nodes.some(({ callFrame, hitCount }) => callFrame.functionName === "(idle)" && (hitCount ?? 0) > 0);
}

/**
 * The stack of the function of the program in which, and in what it called of Node's own, most samples were taken;
 * `undefined` where none was.
 */
export function hottestStack({ nodes }: CpuProfile, frames: number): string | undefined {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const callers = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node] as const)));
  const hits = new Map<ProfileNode, number>();
  for (const node of byId.values()) {
    const own = chain(node, callers).find(isOfProgram);
    if (own !== undefined) hits.set(own, (hits.get(own) ?? 0) + (node.hitCount ?? 0));
  }
  const [hottest] = [...hits].filter(([, count]) => count > 0).sort(([, a], [, b]) => b - a)[0] ?? [];
  if (hottest === undefined) return undefined;
  return chain(hottest, callers)
    .filter(({ callFrame }) => callFrame.url !== "")
    .slice(0, frames)
    .map(lineOf)
    .join("\n");
}

/** The node, its caller, and so on outward. */
function chain(node: ProfileNode, callers: ReadonlyMap<number, ProfileNode>): ProfileNode[] {
  const found: ProfileNode[] = [];
  for (let next: ProfileNode | undefined = node; next !== undefined; next = callers.get(next.id)) found.push(next);
  return found;
}

function isOfProgram({ callFrame: { url } }: ProfileNode): boolean {
  return url !== "" && !url.startsWith("node:");
}

/** A line as in an error's stack: with the line where most samples were taken, else where the function begins. */
function lineOf({ callFrame, positionTicks = [] }: ProfileNode): string {
  const { functionName, url, lineNumber, columnNumber } = callFrame;
  const [busiest] = positionTicks.toSorted((a, b) => b.ticks - a.ticks);
  const place = busiest === undefined ? `${url}:${lineNumber + 1}:${columnNumber + 1}` : `${url}:${busiest.line}`;
  return `    at ${functionName === "" ? place : `${functionName} (${place})`}`;
}
