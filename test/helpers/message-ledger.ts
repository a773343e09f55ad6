// What a process has received of numbered messages: for each channel and each sender one row without a gap, or a fault.

/** The messages of one sender on one channel: from `first` to just before `next`. */
export interface Row {
  first: number;
  next: number;
}

/** What a process knows of its messages, each by the name of its channel. */
export interface Book {
  id: string;
  sent: Record<string, number>;
  /** For each process that has joined, what was sent until then. */
  sentAtJoin: Record<string, Record<string, number>>;
  /** What was received, by channel and sender. */
  rows: Record<string, Record<string, Row>>;
  /** What must not be, in words. */
  faults: string[];
}

export interface Note {
  from: string;
  number: number;
  body: string;
  /** Nothing more comes on this channel. */
  isLast?: true;
  /** Records of several shapes, so that decoders have something to keep. */
  [extra: `extra-${number}`]: number;
}

/** At any time there are so many shapes, and after a while others. */
const SHAPES = 5;
const SAME_SHAPES = 5_000;
const ALL_SHAPES = 50;
const LARGE_EVERY = 97;
const LARGE = 20_000;
const SMALL = 300;

/** What the number tells must come: also large messages, which are sent in another way. */
export function noteOf(from: string, number: number): Note {
  const size = number % LARGE_EVERY === LARGE_EVERY - 1 ? LARGE : number % SMALL;
  const note: Note = { from, number, body: "x".repeat(size) };
  note[extra(number)] = number;
  return note;
}

export class MessageLedger {
  readonly rows: Record<string, Record<string, Row>> = {};
  readonly faults: string[] = [];

  take(channel: string, note: Note): void {
    const { from, number } = note;
    const rows = (this.rows[channel] ??= {});
    const row = (rows[from] ??= { first: number, next: number });
    const where = `${from} on ${channel}`;
    if (number !== row.next) this.faults.push(`${number} of ${where} instead of ${row.next}`);
    row.next = number + 1;
    if (note.isLast === undefined && !isWhole(note)) this.faults.push(`${number} of ${where} is not as it was sent`);
  }

  row(channel: string, from: string): Row | undefined {
    return this.rows[channel]?.[from];
  }
}

/**
 * Where the books of two processes that live disagree: what was received on a channel has to be what was sent since
 * each knew the other, up to the last.
 */
export function disagreements(receiver: Book, sender: Book): string[] {
  return Object.entries(receiver.rows).flatMap(([channel, rows]) => {
    const row = rows[sender.id];
    const [sent, sentAtJoin] = [sender.sent[channel], sender.sentAtJoin[receiver.id]?.[channel]];
    if (row !== undefined && sentAtJoin !== undefined && row.first <= sentAtJoin && row.next === sent) return [];
    const has = row === undefined ? "nothing" : `${row.first} to ${row.next}`;
    return [
      `${receiver.id} has ${has} of ${sender.id} on ${channel}, which sent ${sent}, ${sentAtJoin} before the join`,
    ];
  });
}

/** Whether it is as it was sent. */
export function isWhole(note: Note): boolean {
  const { from, number } = note;
  const expected = noteOf(from, number);
  return note.body === expected.body && note[extra(number)] === number;
}

function extra(number: number): `extra-${number}` {
  return `extra-${(SHAPES * Math.floor(number / SAME_SHAPES) + (number % SHAPES)) % ALL_SHAPES}`;
}
