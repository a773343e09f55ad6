// All channels of this process: who listens where, what is published to whom, and what comes in.
import type { ValueEncoder } from "../wire/codec.js";
import { HEADER_SIZE } from "../wire/frame.js";
import { Channel, type ChannelHost } from "./channel.js";
import { type Context, Contexts } from "./contexts.js";
import { type Link, tooMuchWaits } from "./link.js";
import {
  FRAME_LISTEN,
  FRAME_PORT,
  FRAME_PUBLISH,
  FRAME_UNLISTEN,
  FRAME_UNPORT,
  malformed,
  NUMBER,
  PUBLISH_HEAD,
  readNumber,
} from "./link-frames.js";
import { Hold } from "./hold.js";
import type { Neighbours } from "./neighbours.js";
import { MOST_CHANNELS, tooMany } from "./limits.js";
import type { Port, Room } from "./room.js";

/** What is known of a channel object that publishes. */
interface Sender {
  readonly room: Room;
  /** The processes that know its number. */
  readonly introducedTo: Set<Link>;
  /** The state of the audience for which `context` was chosen. */
  version: number;
  context: Context | undefined;
}

/** Where the number of a port lies in the frame of a message, and behind it the context. */
const NUMBER_AT = HEADER_SIZE;
const CONTEXT_AT: number = HEADER_SIZE + NUMBER;

export class Channels implements ChannelHost {
  readonly #neighbours: Neighbours;
  readonly #contexts: Contexts;
  readonly #rooms = new Map<string, Room>();
  readonly #senders = new Map<Port, Sender>();
  readonly #open = new Set<Channel>();
  readonly hold: Hold = new Hold();
  /** Grows with each change of who listens where. */
  #version = 0;
  #lastNumber = 0;

  constructor(neighbours: Neighbours, maxPayload: number) {
    this.#neighbours = neighbours;
    this.#contexts = new Contexts(maxPayload);
  }

  /** @throws UsageError MN_ERR_TOO_MANY */
  open(name: string): Channel {
    if (this.#open.size >= MOST_CHANNELS)
      throw tooMany(MOST_CHANNELS, "open channels", "close those that it does not use");
    const channel = new Channel(name, ++this.#lastNumber, this);
    this.#senders.set(channel, {
      room: this.#enter(name),
      introducedTo: new Set(),
      version: -1,
      context: undefined,
    });
    this.#open.add(channel);
    return channel;
  }

  listen(port: Port, name: string): void {
    const room = this.#rooms.get(name) as Room;
    if (room.ports.includes(port)) return;
    if (room.ports.length === 0) for (const link of this.#neighbours.others) link.sendName(FRAME_LISTEN, name);
    room.ports = [...room.ports, port];
    this.#version += 1;
  }

  unlisten(port: Port, name: string): void {
    const room = this.#rooms.get(name) as Room;
    if (!room.ports.includes(port)) return;
    room.ports = room.ports.filter((other) => other !== port);
    if (room.ports.length === 0) for (const link of this.#neighbours.others) link.sendName(FRAME_UNLISTEN, name);
    this.#version += 1;
  }

  publish(port: Port, value: unknown): boolean {
    const sender = this.#senders.get(port) as Sender;
    const { links, encoder, number } = this.#contextOf(port, sender);
    const only = links.length === 1 ? links[0] : undefined;
    if (only !== undefined) return this.#publishTo(only, encoder, number, port, sender, value);
    const frame = encoder.encode(value, FRAME_PUBLISH, PUBLISH_HEAD);
    frame.writeUInt32BE(port.number, NUMBER_AT);
    frame[CONTEXT_AT] = number;
    let full: Link[] | undefined;
    let mayWait = false;
    let copies = 0;
    for (const link of links) {
      if (link.isFull) {
        full = [...(full ?? []), link];
        copies += 1;
        continue;
      }
      if (!sender.introducedTo.has(link)) this.#introducePort(port, sender, link);
      if (link.send(frame) === "copied") copies += 1;
      if (link.isBusy) mayWait = true;
    }
    if (copies === links.length) encoder.release(frame);
    if (full === undefined) return !mayWait;
    // They will never see the records that this frame has defined.
    encoder.reset();
    throw tooMuchWaits(...full);
  }

  receivers(port: Port): readonly Link[] {
    return this.#contextOf(port, this.#senders.get(port) as Sender).links;
  }

  close(channel: Channel): void {
    const sender = this.#senders.get(channel) as Sender;
    this.unlisten(channel, channel.name);
    for (const link of sender.introducedTo) link.sendNumbers(FRAME_UNPORT, channel.number);
    this.#leave(sender.room);
    this.#senders.delete(channel);
    this.#open.delete(channel);
  }

  closeAll(): void {
    for (const channel of this.#open) channel.close();
  }

  /** Tells a process that joins where this one listens. */
  introduce(link: Link): void {
    for (const { name, ports } of this.#rooms.values()) if (ports.length > 0) link.sendName(FRAME_LISTEN, name);
  }

  /** Who listens where has changed elsewhere. */
  changed(): void {
    this.#version += 1;
  }

  left(link: Link): void {
    this.#contexts.drop(link);
    for (const { introducedTo } of this.#senders.values()) introducedTo.delete(link);
    for (const room of link.remote.ports.values()) this.#leave(room);
    link.remote.ports.clear();
    this.#version += 1;
  }

  /** Another process publishes on a channel under this number from now on. */
  onPort(link: Link, number: number, name: string): void {
    this.onUnport(link, number);
    link.remote.publish(number, () => this.#enter(name));
  }

  /** It does so no more. */
  onUnport(link: Link, number: number): void {
    const room = link.remote.ports.get(number);
    if (room !== undefined) this.#leave(room);
    link.remote.ports.delete(number);
  }

  /** Each frame is decoded, also where nobody listens any more: later ones refer to what it defines. */
  onMessage(link: Link, bytes: Buffer, start: number, end: number): void {
    const number = readNumber(bytes, start, end);
    const room = link.remote.ports.get(number);
    if (room === undefined) throw malformed(`nothing is published under the number ${number}`);
    const context = link.remote.context(bytes[start + NUMBER] ?? Number.POSITIVE_INFINITY);
    const { ports } = room;
    const own = link === this.#neighbours.self ? number : undefined;
    let deliveries = 0;
    try {
      for (const port of ports) {
        if (port.number === own) continue;
        port.deliver(context.decode(bytes, start + PUBLISH_HEAD, end));
        deliveries += 1;
      }
      if (deliveries === 0) context.decode(bytes, start + PUBLISH_HEAD, end);
    } catch (error) {
      for (const port of ports) port.deliverError(error as Error);
      throw error;
    }
  }

  #enter(name: string): Room {
    const room = this.#rooms.get(name) ?? { name, users: 0, ports: [] };
    room.users += 1;
    this.#rooms.set(name, room);
    return room;
  }

  #leave(room: Room): void {
    room.users -= 1;
    if (room.users === 0) this.#rooms.delete(room.name);
  }

  #contextOf(port: Port, sender: Sender): Context {
    const { context } = sender;
    if (context !== undefined && sender.version === this.#version && this.#contexts.touch(context)) return context;
    sender.version = this.#version;
    sender.context = this.#contexts.of(this.#audience(port, sender.room));
    return sender.context;
  }

  #audience(port: Port, { name, ports }: Room): Link[] {
    const others = [...this.#neighbours.others].filter(({ remote }) => remote.listensOn.has(name));
    const isHeardHere = ports.some((other) => other !== port);
    return isHeardHere ? [...others, this.#neighbours.self] : others;
  }

  /** To one process only, a message is encoded where it is sent from. */
  #publishTo(link: Link, encoder: ValueEncoder, context: number, port: Port, sender: Sender, value: unknown): boolean {
    if (link.isFull) throw tooMuchWaits(link);
    if (!sender.introducedTo.has(link)) this.#introducePort(port, sender, link);
    link.publish(encoder, value, port.number, context);
    return !link.isBusy;
  }

  #introducePort(port: Port, { room, introducedTo }: Sender, link: Link): void {
    link.sendName(FRAME_PORT, room.name, port.number);
    introducedTo.add(link);
  }
}
