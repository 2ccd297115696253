// Lines that arrive over time, from a console or a program, to wait for without sleeping.

/** How long anything on one machine may take before the test gives up. */
const DEADLINE_MS = 20_000;

export class Lines {
  #name;
  #lines = [];
  #waiters = new Set();

  constructor(name) {
    this.#name = name;
  }

  get all() {
    return [...this.#lines];
  }

  add(line) {
    this.#lines.push(line);
    this.#waiters.forEach((look) => look());
  }

  /** Takes the text of a stream apart into lines. */
  read(stream) {
    let rest = "";
    stream.setEncoding("utf8").on("data", (text) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop();
      lines.forEach((line) => this.add(line));
    });
    return this;
  }

  /** Waits for as many lines as expected, to be compared by the caller. */
  async count(count, deadline = DEADLINE_MS) {
    await this.#until(() => this.#lines.length >= count, `${count} lines`, deadline);
    return this.all;
  }

  /** Waits for a line that has the text, among those from `start` on. */
  async find(text, { start = 0, deadline = DEADLINE_MS } = {}) {
    const look = () => this.#lines.slice(start).find((line) => line.includes(text));
    await this.#until(look, `"${text}"`, deadline);
    return look();
  }

  #until(look, wanted, deadline) {
    return new Promise((resolve, reject) => {
      const settle = (end, value) => {
        clearTimeout(timer);
        this.#waiters.delete(check);
        end(value);
      };
      const check = () => look() && settle(resolve);
      const timer = setTimeout(() => settle(reject, this.#missing(wanted, deadline)), deadline);
      this.#waiters.add(check);
      check();
    });
  }

  #missing(wanted, deadline) {
    const lines = this.#lines.map((line) => `  ${line}\n`).join("") || "  (none)\n";
    return new Error(`No ${wanted} in ${this.#name} within ${deadline} ms; its lines are:\n${lines}`);
  }
}
