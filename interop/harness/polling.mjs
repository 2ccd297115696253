// Engine.IO over HTTP long-polling, by hand.
import { Agent, request as httpRequest } from "node:http";
import { next, within } from "./deadline.mjs";

export const SEPARATOR = "\x1e";

export class Answer {
  constructor(response, bytes) {
    this.status = response.statusCode;
    this.headers = response.headers;
    this.bytes = bytes;
    this.body = bytes.toString();
  }

  /** The Engine.IO packets of the body. */
  get packets() {
    return this.body.split(SEPARATOR);
  }

  get json() {
    return JSON.parse(this.body);
  }
}

function answerOf(outgoing) {
  const answer = new Promise((resolve, reject) => {
    outgoing.on("error", reject);
    outgoing.on("response", (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => resolve(new Answer(response, Buffer.concat(chunks))));
    });
  });
  const inTime = within(answer, `an answer to ${outgoing.method} ${outgoing.path}`);
  inTime.catch(() => {}); // a request that the test aborts has no answer
  return inTime;
}

/** Sends one request; `.answer` is its answer and `.abort()` cuts the connection. */
export function send(server, { method = "GET", path = "/socket.io/", query = {}, headers = {}, body, agent = false } = {}) {
  const search = typeof query === "string" ? query : new URLSearchParams(query).toString();
  const outgoing = httpRequest({ host: "127.0.0.1", port: server.port, method, path: `${path}?${search}`, headers, agent });
  const answer = answerOf(outgoing);
  outgoing.end(body);
  return {
    answer,
    abort: () => outgoing.destroy(),
    sent: new Promise((resolve) => outgoing.once("finish", resolve)),
  };
}

export function request(server, options) {
  return send(server, options).answer;
}

export class PollingSession {
  #server;
  #agent = new Agent({ keepAlive: true });

  static async open(server, query = {}) {
    const answer = await request(server, { query: { EIO: 4, transport: "polling", ...query } });
    if (answer.status !== 200) throw new Error(`the handshake failed: ${answer.status} ${answer.body}`);
    return new PollingSession(server, JSON.parse(answer.body.slice(1)));
  }

  constructor(server, handshake) {
    this.#server = server;
    this.handshake = handshake;
    this.sid = handshake.sid;
  }

  get query() {
    return { EIO: 4, transport: "polling", sid: this.sid };
  }

  send(options) {
    return send(this.#server, { query: this.query, agent: this.#agent, ...options });
  }

  get() {
    return this.send().answer;
  }

  /** A poll that the server holds: later requests of the session have been answered meanwhile. */
  async pendingGet() {
    const pending = this.send();
    await pending.sent;
    for (let i = 0; i < 2; i++) await this.post("6");
    return pending;
  }

  post(...packets) {
    return this.postBody(packets.join(SEPARATOR));
  }

  postBody(body, headers = { "content-type": "text/plain;charset=UTF-8" }) {
    return this.send({ method: "POST", body, headers: { ...headers, "content-length": Buffer.byteLength(body) } }).answer;
  }

  /** A POST whose body comes in pieces; `length` announces more than is sent. `reached`: the server reads it. */
  sendInPieces(pieces, { length } = {}) {
    const whole = Buffer.concat(pieces).length;
    const path = `/socket.io/?${new URLSearchParams(this.query)}`;
    const headers = { "content-type": "text/plain", "content-length": length ?? whole, expect: "100-continue" };
    const outgoing = httpRequest({ host: "127.0.0.1", port: this.#server.port, method: "POST", path, headers, agent: false });
    const answer = answerOf(outgoing);
    const write = async () => {
      outgoing.setNoDelay(true);
      for (const piece of pieces) await new Promise((resolve) => outgoing.write(piece, resolve));
      if (length === undefined) outgoing.end();
    };
    outgoing.flushHeaders();
    const reached = next(outgoing, "continue", "the server to read the POST").then(write);
    return { answer, reached, abort: () => outgoing.destroy() };
  }

  /** Polls until a packet satisfies `wanted`, answering pings; returns all packets read. */
  async readUntil(wanted) {
    const packets = [];
    while (!packets.some(wanted)) {
      const answer = await this.get();
      if (answer.status !== 200) throw new Error(`a poll was refused: ${answer.status} ${answer.body}`);
      const fresh = answer.packets;
      if (fresh.includes("2")) await this.post("3");
      packets.push(...fresh.filter((packet) => packet !== "2"));
    }
    return packets;
  }

  /** Joins a namespace; returns the socket id. */
  async join(namespace = "/", auth) {
    const prefix = namespace === "/" ? "" : `${namespace},`;
    await this.post(`40${prefix}${auth ? JSON.stringify(auth) : ""}`);
    const packets = await this.readUntil((packet) => packet.startsWith(`42${prefix}["auth"`));
    return JSON.parse(packets[0].slice(2 + prefix.length)).sid;
  }

  abort() {
    this.#agent.destroy();
  }
}
