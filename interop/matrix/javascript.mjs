// The clients of socket.io that browsers still run, behind one face.
import { io as io4 } from "socket.io-client";
import io1 from "socket.io-client-1";
import io2 from "socket.io-client-2";
import { io as io3 } from "socket.io-client-3";
import { next, within } from "../harness/deadline.mjs";
import { Inbox } from "../harness/inbox.mjs";

/** What differs: protocol 3 has no auth but a query, no `emitWithAck`, and the client sends the pings. */
export const versions = {
  "1.7": { io: io1, protocol: 3 },
  "2.5": { io: io2, protocol: 3 },
  "3.1": { io: io3, protocol: 4 },
  "4.8": { io: io4, protocol: 4 },
};

const transports = {
  polling: ["polling"],
  websocket: ["websocket"],
  upgrade: ["polling", "websocket"],
};

/** Why a client says it lost its connection. */
const reasons = {
  left: ["io client disconnect"],
  sentAway: ["io server disconnect"],
  closed: ["forced close"],
  lost: ["transport close"],
  silence: ["ping timeout"],
  refused: ["transport close"],
  gone: ["transport close"],
};

/** Between two polls a client cannot be told, and its next request is answered with an error, or not at all. */
const lostBetweenPolls = ["transport close", "transport error"];
const reasonsOfPolling = { ...reasons, lost: lostBetweenPolls, refused: ["transport error"], gone: lostBetweenPolls };

function credentials(version, token) {
  if (token === undefined) return {};
  return versions[version].protocol === 3 ? { query: `token=${token}` } : { auth: { token } };
}

export class JavaScriptClient {
  #inboxes = new Map();
  #version;

  /** A client that is not connected yet, with a connection of its own. */
  static to(server, { version, mode, namespace = "/", token, ...options }) {
    const socket = versions[version].io(`http://${server.address}${namespace}`, {
      forceNew: true,
      autoConnect: false,
      reconnection: false,
      transports: transports[mode],
      ...credentials(version, token),
      ...options,
    });
    return new JavaScriptClient(socket, version, mode);
  }

  constructor(socket, version, mode) {
    this.socket = socket;
    this.#version = version;
    this.mode = mode;
    this.events("auth");
    this.ends = new Inbox("disconnect");
    socket.on("disconnect", (reason) => this.ends.put(reason));
    socket.on("question", (...args) => args.pop()(...args));
  }

  get name() {
    return `${this.#version} ${this.mode}`;
  }

  get protocol() {
    return versions[this.#version].protocol;
  }

  get #engine() {
    return this.socket.io.engine;
  }

  get transport() {
    return this.#engine.transport.name;
  }

  get sessionId() {
    return this.#engine.id;
  }

  /** What `ends` may give when this happens. */
  reasons(what) {
    return (this.mode === "polling" ? reasonsOfPolling : reasons)[what];
  }

  /** The id that the server prints: before protocol 4 it is made of the session's. */
  get id() {
    const { nsp, id } = this.socket;
    if (this.protocol === 4) return id;
    return nsp === "/" ? this.#engine.id : `${nsp}#${this.#engine.id}`;
  }

  /** Another namespace over the same connection. */
  sibling(namespace, token) {
    const { auth, query } = credentials(this.#version, token);
    return new JavaScriptClient(this.socket.io.socket(namespace, { auth, query }), this.#version, this.mode);
  }

  /** Resolves when the namespace is joined, and otherwise fails with a `Refusal`. */
  async connect() {
    const outcome = new Promise((resolve, reject) => {
      this.socket.once("connect", resolve);
      this.socket.once("error", (error) => reject(new Refusal(error)));
      this.socket.once("connect_error", (error) => reject(new Refusal(error)));
    });
    this.socket.connect();
    await within(outcome, `a connection of ${this.#version} to "${this.socket.nsp}"`);
    return this;
  }

  /** Resolves when the connection is again in use, after it was lost. */
  async reconnected() {
    if (!this.socket.connected) await next(this.socket, "connect", "the client to come back", 30_000);
  }

  /** Waits until the connection runs on the transport that its mode ends with. */
  async settled() {
    if (this.mode !== "upgrade" || this.transport === "websocket") return this;
    await next(this.#engine, "upgrade", "the upgrade to WebSocket");
    return this;
  }

  /** The argument lists of an event, from the first call on. */
  events(name) {
    if (!this.#inboxes.has(name)) {
      const inbox = new Inbox(`"${name}"`);
      this.socket.on(name, (...args) => inbox.put(args));
      this.#inboxes.set(name, inbox);
    }
    return this.#inboxes.get(name);
  }

  emit(event, ...args) {
    this.socket.emit(event, ...args);
  }

  /** The arguments of the server's acknowledgement. */
  ask(event, ...args) {
    const answer = new Promise((resolve) => this.socket.emit(event, ...args, (...answer) => resolve(answer)));
    return within(answer, `an answer to "${event}"`);
  }

  disconnect() {
    this.socket.disconnect();
  }

  closeConnection() {
    this.#engine.close();
  }

  /** Sends an Engine.IO packet of any type, also one that does not exist. */
  sendPacket(type) {
    const { _sendPacket, sendPacket } = this.#engine;
    (_sendPacket ?? sendPacket).call(this.#engine, type);
  }

  /** Sends any text as if it were a Socket.IO packet. */
  sendMessage(text) {
    this.#engine.write(text);
  }

  /** Ends the client's part of the heartbeat; it waits for ever for the server's. */
  fallSilent() {
    const engine = this.#engine;
    const method = engine._sendPacket ? "_sendPacket" : "sendPacket";
    const send = engine[method].bind(engine);
    engine[method] = (type, ...rest) => type !== "ping" && type !== "pong" && send(type, ...rest);
    if (this.protocol === 4) return;
    engine.removeAllListeners("heartbeat");
    clearTimeout(engine.pingTimeoutTimer);
    engine.onHeartbeat = () => {};
  }

  /** Stops it for good. */
  abort() {
    const manager = this.socket.io;
    (manager._close ?? manager.close).call(manager);
  }
}

/** What the server said when it refused a namespace: an Error with `message` and `data` since version 3, anything before. */
export class Refusal extends Error {
  constructor(told) {
    super(`refused: ${told?.message ?? JSON.stringify(told)}`);
    this.told = told instanceof Error ? { message: told.message, data: told.data } : told;
  }
}
