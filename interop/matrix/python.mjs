// python-socketio behind the face of the JavaScript clients; ../python/client.py is the other end of the pipe.
import { spawn } from "node:child_process";
import { EventEmitter } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { next, within } from "../harness/deadline.mjs";
import { Inbox } from "../harness/inbox.mjs";

const folder = fileURLToPath(new URL("../python/", import.meta.url));
const interpreter = `${folder}.venv/bin/python`;

const transports = {
  polling: ["polling"],
  websocket: ["websocket"],
  upgrade: ["polling", "websocket"],
};

/** One process for many clients. */
export class Python {
  #process;
  #clients = new Map();
  #replies = new Map();
  #count = 0;

  /** Throws at once where it cannot be started, before there are servers that somebody would have to end. */
  constructor() {
    if (!existsSync(interpreter)) throw new Error("python-socketio is not installed: run `cargo verify prerequisites`");
  }

  start() {
    this.#process = spawn(interpreter, [`${folder}client.py`], { stdio: ["pipe", "pipe", "inherit"] });
    createInterface(this.#process.stdout).on("line", (line) => this.#read(readable(JSON.parse(line))));
  }

  /** Stops it in its tracks: its connections stay open and nobody answers. */
  freeze() {
    this.#process.kill("SIGSTOP");
  }

  thaw() {
    this.#process.kill("SIGCONT");
  }

  end() {
    this.#process.kill("SIGKILL");
    for (const { reject } of this.#replies.values()) reject(new Error("the process was ended"));
  }

  #read({ reply, error, value, ...news }) {
    if (reply === undefined) return this.#clients.get(news.client).hear(news);
    const { resolve, reject } = this.#replies.get(reply);
    this.#replies.delete(reply);
    if (error) reject(new Error(error));
    else resolve(value);
  }

  order(client, command, options = {}) {
    const reply = ++this.#count;
    this.#clients.set(client.number, client);
    const done = new Promise((resolve, reject) => this.#replies.set(reply, { resolve, reject }));
    const line = { client: client.number, namespaces: client.namespaces, command, options, reply };
    this.#process.stdin.write(`${JSON.stringify(writable(line))}\n`);
    return within(done, `python-socketio to ${command}`);
  }
}

function readable(value) {
  if (value === null || typeof value !== "object") return value;
  if ("$bytes" in value) return Buffer.from(value.$bytes, "base64");
  return map(value, readable);
}

function writable(value) {
  if (value === null || typeof value !== "object") return value;
  if (Buffer.isBuffer(value)) return { $bytes: value.toString("base64") };
  return map(value, writable);
}

function map(value, change) {
  if (Array.isArray(value)) return value.map(change);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, change(item)]));
}

const reasons = {
  left: ["client disconnect"],
  sentAway: ["server disconnect"],
  closed: ["client disconnect"],
  lost: ["transport error", "server disconnect"],
  gone: ["transport error", "server disconnect"],
};

let numbers = 0;

export class PythonClient {
  #python;
  #server;
  #auth;
  #persistent;
  #inboxes = new Map();
  #news = new EventEmitter();
  #state = new Map();
  protocol = 4;
  ends = new Inbox("disconnect");
  refusals = new Inbox("connect_error");

  /** A client of one or several namespaces, which it joins together. */
  constructor(python, server, { mode, namespace = "/", namespaces = [namespace], token, reconnection = false }) {
    this.#python = python;
    this.#server = server;
    this.mode = mode;
    this.namespaces = namespaces;
    this.#auth = token === undefined ? {} : { token };
    this.#persistent = reconnection;
    this.number = ++numbers;
  }

  get name() {
    return `python ${this.mode}`;
  }

  get id() {
    return this.idIn(this.namespaces[0]);
  }

  idIn(namespace) {
    return this.#state.get(namespace).id;
  }

  get transport() {
    return this.#state.get(this.namespaces[0]).transport;
  }

  reasons(what) {
    return reasons[what];
  }

  /** What the process tells of this client. */
  hear({ namespace, connected, ended, event, args, ...refusal }) {
    if (connected) {
      this.#state.set(namespace, connected);
      this.#news.emit("connected");
    } else if (ended) {
      this.#state.delete(namespace);
      this.ends.put(ended);
    } else if (event) {
      this.events(event, namespace).put(args);
    } else {
      this.refusals.put(refusal.refused);
    }
  }

  async connect() {
    const url = `http://${this.#server.address}`;
    const options = { url, transports: transports[this.mode], auth: this.#auth, persistent: this.#persistent };
    await this.#python.order(this, "connect", options);
    return this;
  }

  async reconnected() {
    if (!this.#state.has(this.namespaces[0])) await next(this.#news, "connected", "the client to come back", 30_000);
  }

  /** It is upgraded before it joins a namespace. */
  async settled() {
    return this;
  }

  events(name, namespace = this.namespaces[0]) {
    const key = `${namespace} ${name}`;
    if (!this.#inboxes.has(key)) this.#inboxes.set(key, new Inbox(`"${name}"`));
    return this.#inboxes.get(key);
  }

  emit(event, ...args) {
    this.#python.order(this, "emit", { namespace: this.namespaces[0], event, args });
  }

  /** python-socketio keeps nothing for later, so what is asked while it is away waits here. */
  async ask(event, ...args) {
    await this.reconnected();
    return this.askIn(this.namespaces[0], event, ...args);
  }

  askIn(namespace, event, ...args) {
    return this.#python.order(this, "ask", { namespace, event, args });
  }

  disconnect() {
    this.#python.order(this, "disconnect");
  }

  closeConnection() {
    this.#python.order(this, "close_connection");
  }

  sendMessage(text) {
    this.#python.order(this, "send_message", { text });
  }

  abort() {
    this.#python.order(this, "stop").catch(() => {});
  }
}
