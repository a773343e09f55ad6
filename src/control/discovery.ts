// Which services of this user run on this machine.
import { realpathSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { ControlError, type MultiNodeError } from "../errors.js";
import { endpoint } from "../mesh/endpoint.js";
import { knock, privateFolders } from "../mesh/folder.js";
import { readCard } from "./card.js";
import { choose } from "./choice.js";
import { Client, type ClientOptions } from "./client.js";
import { CONTROL_SOCKET, type Info } from "./commands.js";

/** Milliseconds for a socket to say whose it is. */
const TOLD_MS = 1_000;

/** A service that runs. */
export interface Found extends Info {
  /** The private folder that its control socket is in. */
  folder: string;
}

export interface Listed extends Found {
  /** Whether its master answers: one that does not hangs, or is stopped. */
  state: "answering" | "silent";
}

/** All services of this user, by name. */
export async function list(options: ClientOptions = {}): Promise<Listed[]> {
  const found = await running();
  return (await Promise.all(found.map((service) => listed(service, options)))).flat();
}

/**
 * The service that is meant, whether it answers or not.
 * @param selector its name, its master's process id, or a path: of its script, or of the folder that it runs in or that its
 * script is in; `undefined`: the service of this folder or of the nearest one above it, else the only one there is
 * @param cwd the folder that this is asked in
 * @throws ControlError MN_ERR_NO_SERVICE where it is none or another user's, or where it is not clear which one
 */
export async function find(selector?: string, cwd: string = process.cwd()): Promise<Found> {
  const found = await running();
  const candidates = found.map((service) => ({ ...service, places: placesOf(service), service }));
  try {
    return choose(candidates, { selector, place: real(resolve(cwd, selector ?? ".")), folder: real(cwd) }).service;
  } catch (error) {
    throw strangersProcess(selector) ?? error;
  }
}

/** A folder whose master was killed may still be there: nobody takes connections in it. */
async function running(): Promise<Found[]> {
  const found = await Promise.all(privateFolders().map(livingIn));
  return found.flat().sort((a, b) => (a.name === b.name ? a.pid - b.pid : a.name < b.name ? -1 : 1));
}

async function livingIn(folder: string): Promise<Found[]> {
  const card = readCard(folder);
  if (card === undefined) return told(folder);
  const answer = await knock(endpoint(folder, CONTROL_SOCKET));
  // A master that is stopped takes connections until its queue is full.
  return answer === "connected" || answer === "EAGAIN" ? [{ ...card, folder }] : [];
}

/** There was no room for the file that says whose the socket is: then only a master that answers is found. */
async function told(folder: string): Promise<Found[]> {
  try {
    const client = await Client.connect({ folder }, { timeout: TOLD_MS });
    const info = await client.request({ command: "info" });
    client.close();
    return [{ ...info, folder }];
  } catch {
    return [];
  }
}

async function listed(service: Found, options: ClientOptions): Promise<Listed[]> {
  try {
    const client = await Client.connect(service, options);
    client.close();
  } catch (error) {
    const { code } = error as MultiNodeError;
    if (code === "MN_ERR_CONTROL_TIMEOUT") return [{ ...service, state: "silent" }];
    // It has ended meanwhile.
    if (code !== "MN_ERR_CONTROL_REQUEST") return [];
  }
  return [{ ...service, state: "answering" }];
}

function placesOf({ cwd, script }: Info): string[] {
  return [real(cwd), real(script), dirname(real(script)), real(dirname(script))];
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function strangersProcess(selector: string | undefined): ControlError | undefined {
  const uid = selector !== undefined && /^\d{1,10}$/.test(selector) ? ownerOf(selector) : undefined;
  const own = process.getuid?.();
  if (uid === undefined || uid === own) return undefined;
  const why = `the process ${selector} belongs to the user with the id ${uid}, and this is ${own}: run this as that user`;
  return new ControlError("MN_ERR_NO_SERVICE", why);
}

function ownerOf(pid: string): number | undefined {
  try {
    return statSync(`/proc/${pid}`).uid;
  } catch {
    return undefined;
  }
}
