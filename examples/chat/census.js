// Who serves, since when, how many requests, and which visitors hang on whom: each process tells the others of itself.

import { EventEmitter } from "node:events";

/** Milliseconds between two reports: a busy node tells its count ten times a second, not once for each request. */
const PACE = 100;
/** A report names so many visitors and counts the rest. */
const MOST_NAMES = 20;

/** Emits `change` when the list of processes is another. */
export class Census extends EventEmitter {
  /** From the id of another process to what it said last. */
  #reports = new Map();
  #self;
  #requests = 0;
  #visitors = new Set();
  #report;

  constructor(nodes, neighbours) {
    super();
    const since = Math.round(Date.now() - process.uptime() * 1_000);
    this.#self = { id: nodes.id, pid: process.pid, isMaster: nodes.isMaster, since };
    const show = atPace(() => this.emit("change"));
    this.#report = atPace(() => {
      neighbours.tellAll("report", this.#own());
      show();
    });
    neighbours.on("join", (peer) => neighbours.tell(peer, "report", this.#own()));
    neighbours.on("report", (report) => {
      this.#reports.set(report.id, report);
      show();
    });
    neighbours.on("leave", ({ id }) => {
      this.#reports.delete(id);
      show();
    });
  }

  /** What is known of every process, this one first. */
  get processes() {
    return [this.#own(), ...this.#reports.values()];
  }

  countRequest() {
    this.#requests += 1;
    this.#report();
  }

  /** Counts a visitor in; the function that comes back counts them out. */
  enter(name) {
    const visitor = { name };
    this.#visitors.add(visitor);
    this.#report();
    return () => {
      this.#visitors.delete(visitor);
      this.#report();
    };
  }

  #own() {
    const names = [...new Set(Array.from(this.#visitors, ({ name }) => name))].slice(0, MOST_NAMES);
    return { ...this.#self, requests: this.#requests, visitors: this.#visitors.size, names };
  }
}

/** A function that calls `action` once for all its calls within PACE. */
function atPace(action) {
  let timer;
  return () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      action();
    }, PACE);
  };
}
