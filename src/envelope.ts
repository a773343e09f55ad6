// The envelope around messages between master and nodes, on a channel that programs use too.

/** The envelope keeps our messages apart from those that a program sends over the same channel. */
export interface Envelope<Message> {
  "multi-node": Message;
}

export function seal<Message>(message: Message): Envelope<Message> {
  return { "multi-node": message };
}

/**
 * Node keeps this event for messages whose `cmd` begins with NODE_: a program that listens for messages of its parent
 * hears none of them. Node gives such a message to those who listen when it comes and to nobody after that.
 */
export const HIDDEN_EVENT = "internalMessage";

/** An envelope that only those see who listen from the first moment of a process on. */
export function sealHidden<Message>(message: Message): Envelope<Message> & { cmd: string } {
  return { cmd: "NODE_MN", ...seal(message) };
}

/** The message in an envelope, `undefined` for a message of the program's own. */
export function unseal<Message>(value: unknown): Message | undefined {
  const content = Object(value)["multi-node"] as unknown;
  return typeof content === "object" && content !== null ? (content as Message) : undefined;
}
