// Who listens on one channel, in this process.

/** One channel object, as a receiver. */
export interface Port {
  /** Of this process' channel objects, this one. */
  readonly number: number;
  deliver(value: unknown): void;
  /** A message has come that cannot be decoded. */
  deliverError(error: Error): void;
}

/** All channel objects of one name that listen. */
export interface Room {
  readonly name: string;
  /** How many channel objects of this name there are, in all processes, as far as they have published here. */
  users: number;
  /** Never changed, but replaced: whoever goes through it may close some. */
  ports: readonly Port[];
}
