// What `list` shows: a line for each service, those too that do not answer. Pure.
import type { Status } from "../../index.js";
import type { Line, Span } from "./line.js";
import { addressesText, servingCount, servingTone } from "./service-text.js";
import { type Column, table } from "./table.js";
import { printable } from "../../printable.js";
import { duration } from "./units.js";

export interface ListedService {
  /** What is known without the master's answer. */
  name: string | undefined;
  pid: number | undefined;
  cwd: string | undefined;
  /** `undefined`: it does not answer. */
  status: Status | undefined;
}

export interface ListViewOptions {
  /** Milliseconds since the epoch. */
  now: number;
  /** Columns of the terminal. */
  width: number;
}

const UNKNOWN = "-";
const SHORTEST_TEXT = 12;

export function listLines(services: readonly ListedService[], { now, width }: ListViewOptions): Line[] {
  const columns: Column<ListedService>[] = [
    { title: "NAME", cell: ({ name }) => text(name), least: SHORTEST_TEXT },
    { title: "PID", cell: ({ pid }) => text(pid), align: "right" },
    { title: "NODES", cell: nodesCell },
    { title: "UPTIME", cell: ({ status }) => duration(status && now - status.since), align: "right" },
    {
      title: "ADDRESSES",
      cell: ({ status }) => (status ? addressesText(status.addresses) : UNKNOWN),
      least: SHORTEST_TEXT,
    },
    { title: "FOLDER", cell: ({ cwd }) => text(cwd), least: SHORTEST_TEXT },
  ];
  return table(columns, services, { width, overflow: "continue" });
}

function text(value: string | number | undefined): string {
  return value === undefined ? UNKNOWN : printable(String(value));
}

/** Serving and wanted ones. */
function nodesCell({ status }: ListedService): Span {
  if (status === undefined) return { text: "no answer", tone: "red" };
  const serving = servingCount(status);
  return { text: `${serving}/${status.wanted}`, tone: servingTone(serving, status.wanted) };
}
