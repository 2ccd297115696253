// The client under test behind the face that ../../matrix/ has for clients.
import { Inbox } from "../../harness/inbox.mjs";
import { ManagerHandle } from "./program.mjs";
import { transports } from "./scenario.mjs";

/** Why a client says it lost its connection. */
const reasons = {
  left: ["io client disconnect"],
  sentAway: ["io server disconnect"],
  silence: ["ping timeout"],
  gone: ["transport close"],
};

/** Between two polls a client cannot be told, and its next request is answered with an error, or not at all. */
const reasonsOfPolling = { ...reasons, gone: ["transport close", "transport error"] };

export class MatrixClient {
  protocol = 4;
  ends = new Inbox("disconnect");

  /** A client that is not connected yet, with a connection of its own. */
  static to(program, server, { version, mode, namespace = "/", token, ...options }) {
    const manager = new ManagerHandle(program);
    const complete = { transports: transports[mode], reconnection: false, ...options };
    program.order({ do: "manager", manager: manager.number, url: `http://${server.address}`, options: complete });
    return new MatrixClient(manager, version, mode, namespace, token);
  }

  constructor(manager, version, mode, namespace, token) {
    this.version = version;
    this.manager = manager;
    this.mode = mode;
    this.socket = manager.socket(namespace, token === undefined ? {} : { auth: { token } });
    this.socket.onQuestion = ({ args, answer }) => answer(...args);
    this.socket.onEnd = ({ reason }) => this.ends.put(reason);
  }

  get name() {
    return `${this.version} ${this.mode}`;
  }

  reasons(what) {
    return (this.mode === "polling" ? reasonsOfPolling : reasons)[what];
  }

  /** Another namespace over the same connection. */
  sibling(namespace, token) {
    return new MatrixClient(this.manager, this.version, this.mode, namespace, token);
  }

  async connect() {
    this.id = (await this.socket.connected().catch(withMessageAndData)).id;
    return this;
  }

  async reconnected() {
    this.id = (await this.socket.back()).id;
  }

  /** Waits until the connection runs on the transport that its mode ends with. */
  async settled() {
    const { transport } = this.mode === "upgrade" ? await this.socket.upgraded() : await this.socket.state();
    this.transport = transport;
    return this;
  }

  events(name) {
    return this.socket.events(name);
  }

  emit(event, ...args) {
    this.socket.emit(event, ...args);
  }

  ask(event, ...args) {
    return this.socket.ask(event, ...args);
  }

  disconnect() {
    this.socket.disconnect();
  }

  abort() {
    this.manager.close();
  }
}

/** The others do not tell more. */
function withMessageAndData(refusal) {
  if (refusal.told) refusal.told = { message: refusal.told.message, data: refusal.told.data };
  throw refusal;
}
