// Node's diagnostic report of this process: versions, limits, stacks, heap, handles, environment.
import { type Written, writeNewFile } from "./new-file.js";

export function writeReport(path: string): Promise<Written> {
  return writeNewFile(path, async (write) => write(JSON.stringify(report(), undefined, 2)));
}

/** Node would ask the name server about each connection, with everything else waiting: where it can be told not to, it is. */
function report(): unknown {
  const maker = process.report as NodeJS.ProcessReport & { excludeNetwork?: boolean };
  const before = maker.excludeNetwork;
  if (before === undefined) return maker.getReport();
  maker.excludeNetwork = true;
  try {
    return maker.getReport();
  } finally {
    maker.excludeNetwork = before;
  }
}
