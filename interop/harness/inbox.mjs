// Keeps what arrives, so that nothing is lost between two waits.
import { within } from "./deadline.mjs";

export class Inbox {
  #name;
  #waiting = [];
  #unread = [];
  #ended;
  all = [];

  constructor(name) {
    this.#name = name;
  }

  put(item) {
    this.all.push(item);
    const waiting = this.#waiting.shift();
    if (waiting) waiting.resolve(item);
    else this.#unread.push(item);
  }

  /** Nothing more will come; who waits for more fails at once. */
  end(why) {
    this.#ended = new Error(`no more of: ${this.#name} (${this.all.length} came): ${why}`);
    for (const { reject } of this.#waiting.splice(0)) reject(this.#ended);
  }

  next(ms) {
    if (this.#unread.length > 0) return Promise.resolve(this.#unread.shift());
    if (this.#ended) return Promise.reject(this.#ended);
    const item = new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
    return within(item, `one more of: ${this.#name} (${this.all.length} so far)`, ms);
  }

  async take(count, ms) {
    const items = [];
    while (items.length < count) items.push(await this.next(ms));
    return items;
  }

  /** Reads on until an item satisfies `wanted`, and returns that one. */
  async find(wanted, ms) {
    for (;;) {
      const item = await this.next(ms);
      if (wanted(item)) return item;
    }
  }
}

/** Collects the argument lists of an event. */
export function inboxOf(emitter, event) {
  const inbox = new Inbox(`"${event}"`);
  emitter.on(event, (...args) => inbox.put(args));
  return inbox;
}
