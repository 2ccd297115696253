// The client under test, as a child process.
import { spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { within } from "../../harness/deadline.mjs";
import { Inbox } from "../../harness/inbox.mjs";
import { readable, writable } from "../bytes.mjs";

const reference = fileURLToPath(new URL("../reference-client.mjs", import.meta.url));
const chosen = process.env.SALON_CLIENT ?? "reference";

/** Whether the client under test is JavaScript's. */
export const isReference = chosen === "reference";

export class Program {
  #child;
  #count = 0;
  /** Who hears of the reports, by the field that names them and its number. */
  #listeners = { manager: new Map(), socket: new Map(), ack: new Map(), reply: new Map() };
  ended = Promise.resolve();
  output = [];

  start() {
    const [file, args] = isReference ? [process.execPath, [reference]] : [path.resolve(chosen), []];
    this.#child = spawn(file, args, { stdio: ["pipe", "pipe", "pipe"] });
    this.#child.stdin.on("error", () => {});
    this.ended = new Promise((resolve, reject) => {
      this.#child.once("error", reject);
      this.#child.once("close", (code, signal) => resolve(code ?? signal));
    });
    createInterface(this.#child.stdout).on("line", (line) => this.#read(line));
    createInterface(this.#child.stderr).on("line", (line) => this.output.push(line));
  }

  get pid() {
    return this.#child.pid;
  }

  get running() {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  #read(line) {
    const report = readable(JSON.parse(line));
    const [kind] = Object.keys(this.#listeners).filter((kind) => report[kind] !== undefined);
    this.#listeners[kind].get(report[kind])?.(report);
  }

  order(line) {
    this.#child.stdin.write(`${JSON.stringify(writable(line))}\n`);
  }

  /** A number that nothing has yet, and who hears of it. */
  number(kind, listener) {
    this.#count += 1;
    this.#listeners[kind].set(this.#count, listener);
    return this.#count;
  }

  /** Gives the order with a number for the report, and returns that one report. */
  async ask(kind, line, what) {
    let number;
    const told = new Promise((resolve) => (number = this.number(kind, resolve)));
    this.order({ ...line, [kind]: number });
    try {
      return await within(told, what);
    } finally {
      this.#listeners[kind].delete(number);
    }
  }

  /** Tells it to end, which must work whatever is open. */
  async end() {
    this.#child.stdin.end();
    return within(this.ended, "the client to exit after its standard input ended", 2000);
  }

  freeze() {
    this.#child.kill("SIGSTOP");
  }

  thaw() {
    this.#child.kill("SIGCONT");
  }

  kill() {
    this.#child.kill("SIGKILL");
  }
}

export class ManagerHandle {
  attempts = new Inbox("reconnection attempts");
  reconnections = new Inbox("reconnections");
  errors = new Inbox("failed reconnections");
  failures = new Inbox("reconnections that were given up");

  constructor(program) {
    this.program = program;
    this.number = program.number("manager", (report) => this.#hear(report));
  }

  #hear({ what, attempt, message }) {
    if (what === "reconnect_attempt") this.attempts.put(attempt);
    if (what === "reconnect") this.reconnections.put(attempt);
    if (what === "reconnect_error") this.errors.put(message);
    if (what === "reconnect_failed") this.failures.put(true);
  }

  socket(namespace = "/", options = {}) {
    const handle = new SocketHandle(this, namespace);
    this.program.order({ do: "socket", socket: handle.number, manager: this.number, namespace, options });
    return handle;
  }

  close() {
    this.program.order({ do: "close", manager: this.number });
  }
}

export class SocketHandle {
  #inboxes = new Map();
  /** What became of each try to connect: `connect` or `connect_error`. */
  outcomes = new Inbox("outcomes of connecting");
  ends = new Inbox("disconnections");
  /** Events for which the server wants an acknowledgement, each with its way to `answer`. */
  questions = new Inbox("questions");
  onEnd = (end) => this.ends.put(end);
  onQuestion = (question) => this.questions.put(question);
  /** All reports in their order: `connect`, `connect_error`, `disconnect`, and the names of events. */
  log = [];

  constructor(manager, namespace) {
    this.manager = manager;
    this.namespace = namespace;
    this.program = manager.program;
    this.number = this.program.number("socket", (report) => this.#hear(report));
  }

  #hear({ what, ...report }) {
    this.log.push(what === "event" ? report.name : what);
    if (what === "connect" || what === "connect_error") this.outcomes.put({ what, ...report });
    if (what === "disconnect") this.onEnd({ reason: report.reason, active: report.active, id: report.id });
    if (what === "event") this.#hearEvent(report);
  }

  #hearEvent({ name, args, answer }) {
    if (answer !== undefined) this.onQuestion({ name, args, answer: (...args) => this.#order("answer", { answer, args }) });
    this.events(name).put(args);
  }

  #order(name, fields) {
    this.program.order({ do: name, socket: this.number, ...fields });
  }

  /** The argument lists of an event, whenever it came. */
  events(name) {
    if (!this.#inboxes.has(name)) this.#inboxes.set(name, new Inbox(`"${name}"`));
    return this.#inboxes.get(name);
  }

  connect() {
    this.#order("connect");
  }

  /** Begins to connect, and returns `{id, recovered}`; a refusal fails with what was told. */
  connected() {
    this.connect();
    return this.joined();
  }

  /** Waits for the connection, which must be the next outcome. */
  async joined() {
    const { what, ...told } = await this.outcomes.next();
    if (what === "connect_error") throw new Refusal(told);
    return { id: told.id, recovered: told.recovered };
  }

  /** Waits for a refusal, which must be the next outcome. */
  async refused() {
    const { what, message, data, active } = await this.outcomes.next();
    if (what === "connect") throw new Error(`it is connected to "${this.namespace}"`);
    return { message, data, active };
  }

  /** Waits for the connection, however often it fails before. */
  async back() {
    const { id, recovered } = await this.outcomes.find(({ what }) => what === "connect", 30_000);
    return { id, recovered };
  }

  emit(event, ...args) {
    this.#order("emit", { event, args });
  }

  emitWith(flags, event, ...args) {
    this.#order("emit", { ...flags, event, args });
  }

  /** The arguments of the server's acknowledgement, or its failure. */
  async ask(event, ...args) {
    return this.askWith({}, event, ...args);
  }

  async askWith(flags, event, ...args) {
    const line = { do: "emit", socket: this.number, ...flags, event, args };
    const told = await this.program.ask("ack", line, `an acknowledgement of "${event}"`);
    if (told.error) throw new Error(told.error);
    return told.args;
  }

  /** Returns when everything the server sent this socket so far has arrived. */
  fence() {
    return this.ask("message-with-ack", "fence");
  }

  disconnect() {
    this.#order("disconnect");
  }

  async state() {
    const { reply, ...state } = await this.program.ask("reply", { do: "state", socket: this.number }, "its state");
    return state;
  }

  /** Waits until `wanted` holds for its state. */
  until(wanted, what) {
    return eventually(async () => {
      const state = await this.state();
      return wanted(state) && state;
    }, what);
  }

  /** Waits until the connection below runs on WebSocket. */
  upgraded() {
    return this.until(({ transport }) => transport === "websocket", "the upgrade to WebSocket");
  }

  /** Waits until the server has so many connections. */
  counted(connections) {
    return eventually(async () => (await this.ask("count"))[0] === connections, `${connections} connections`);
  }
}

/** Asks until there is an answer that is true, and returns it. */
export async function eventually(ask, what, ms = 15_000) {
  for (const end = Date.now() + ms; Date.now() < end; ) {
    const answer = await ask();
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`waited ${ms} ms for ${what}`);
}

/** What a client was told instead of being connected. */
export class Refusal extends Error {
  constructor(told) {
    super(`refused: ${told.message}`);
    this.told = told;
  }
}
