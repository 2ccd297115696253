// Engine.IO protocol 3 over HTTP long-polling, by hand.
import { Agent } from "node:http";
import { send } from "./polling.mjs";

/** A body of text: each packet has its length in UTF-16 code units before it. */
export function payload(...packets) {
  return packets.map((packet) => `${packet.length}:${packet}`).join("");
}

/** The packets of a body of text. */
export function packetsOf(body) {
  const packets = [];
  for (let rest = body; rest !== ""; ) {
    const colon = rest.indexOf(":");
    const end = colon + 1 + Number(rest.slice(0, colon));
    packets.push(rest.slice(colon + 1, end));
    rest = rest.slice(end);
  }
  return packets;
}

export class LegacySession {
  #server;
  #query;
  #agent = new Agent({ keepAlive: true });

  static async open(server, query = {}) {
    const session = new LegacySession(server, { EIO: 3, transport: "polling", ...query });
    const answer = await session.get();
    if (answer.status !== 200) throw new Error(`the handshake failed: ${answer.status} ${answer.body}`);
    session.opening = answer;
    const [, sid] = /"sid\\?":\\?"([^"\\]+)/.exec(answer.body);
    session.sid = sid;
    session.#query.sid = sid;
    return session;
  }

  constructor(server, query) {
    this.#server = server;
    this.#query = query;
  }

  send(options) {
    return send(this.#server, { query: this.#query, agent: this.#agent, ...options });
  }

  get() {
    return this.send().answer;
  }

  /** Polls once; the packets of a body of text. */
  async packets() {
    return packetsOf((await this.get()).body);
  }

  /** Polls until so many packets have come. */
  async take(count) {
    const packets = [];
    while (packets.length < count) packets.push(...(await this.packets()));
    return packets;
  }

  post(...packets) {
    return this.postBody(payload(...packets));
  }

  postBody(body, type = "text/plain;charset=UTF-8") {
    const headers = { "content-type": type, "content-length": Buffer.byteLength(body) };
    return this.send({ method: "POST", body, headers }).answer;
  }

  abort() {
    this.#agent.destroy();
  }
}
