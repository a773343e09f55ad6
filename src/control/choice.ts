// Pure: which of the services that run is meant.
import { dirname } from "node:path";
import { ControlError } from "../errors.js";
import type { Info } from "./commands.js";

/** As far as it matters to the choice. */
export interface Candidate extends Pick<Info, "name" | "pid" | "script" | "cwd"> {
  /** The paths that it goes by, symbolic links followed: where it runs, its script, and the folder of that. */
  places: readonly string[];
}

export interface Choice {
  /** Process id, name or path; `undefined`: the one of this folder, else the only one. */
  selector: string | undefined;
  /** The selector as a path, or else this folder, symbolic links followed. */
  place: string;
  /** This folder, symbolic links followed. */
  folder: string;
}

/** @throws ControlError MN_ERR_NO_SERVICE when it is none, or not clear which one */
export function choose<Service extends Candidate>(services: readonly Service[], choice: Choice): Service {
  const { selector } = choice;
  const meant = selector === undefined ? nearby(services, choice.folder) : called(services, selector, choice);
  const [first, second] = meant;
  if (first === undefined) throw none(services, selector);
  if (second !== undefined) throw ambiguous(meant, selector);
  return first;
}

/** Those that belong to the folder or to the nearest one above it; where none does, all. */
function nearby<Service extends Candidate>(services: readonly Service[], folder: string): readonly Service[] {
  const there = at(services, folder);
  if (there.length > 0) return there;
  const above = dirname(folder);
  // What runs in / is not the service of every folder.
  return dirname(above) === above ? services : nearby(services, above);
}

/** Of several with one name the one that belongs to this folder. */
function called<Service extends Candidate>(
  services: readonly Service[],
  selector: string,
  { place, folder }: Choice,
): readonly Service[] {
  const byId = services.filter(({ pid }) => String(pid) === selector);
  if (byId.length > 0) return byId;
  const byName = services.filter(({ name }) => name === selector);
  return byName.length > 0 ? nearby(byName, folder) : at(services, place);
}

function at<Service extends Candidate>(services: readonly Service[], place: string): Service[] {
  return services.filter(({ places }) => places.includes(place));
}

function none(services: readonly Candidate[], selector: string | undefined): ControlError {
  if (services.length === 0) return new ControlError("MN_ERR_NO_SERVICE", "no service of this user runs");
  const why = `no service has the name, process id or folder '${selector}'; there are ${named(services)}`;
  return new ControlError("MN_ERR_NO_SERVICE", why);
}

function ambiguous(services: readonly Candidate[], selector: string | undefined): ControlError {
  const what = selector === undefined ? "several services run" : `several services are '${selector}'`;
  return new ControlError(
    "MN_ERR_NO_SERVICE",
    `${what}, so one has to be named with --service, by its process id or folder: ${named(services)}`,
  );
}

function named(services: readonly Candidate[]): string {
  return services.map(({ name, pid, cwd }) => `${name} (pid ${pid}, in ${cwd})`).join(", ");
}
