// Stands between a client and a server: notes the requests, and breaks what it is told to break.
import { createServer, request as ask } from "node:http";
import { connect } from "node:net";

export class Relay {
  #target;
  #server;
  #connections = new Set();
  #sessions = new Set();
  #lost = new Set();
  /** The polls that wait for their answer, each with its beginning. */
  #polls = new Map();
  /** Each request: its method, query, headers, whether it is a WebSocket's, and the size of its body or of all messages. */
  requests = [];
  /** What becomes of requests for a WebSocket: `pass`, `refuse` with status 400, `hold` without an answer, or `mute` when there is one. */
  upgrades = "pass";
  /** What becomes of other requests: `pass`, or `refuse` with status 503. */
  others = "pass";
  /** Headers for the answers, by the request. */
  headers = () => ({});

  static async to(target) {
    const relay = new Relay(target);
    await relay.#listen(0);
    return relay;
  }

  constructor(target) {
    this.#target = target;
  }

  get address() {
    return `127.0.0.1:${this.port}`;
  }

  /** The requests of handshakes: those without a session. */
  get handshakes() {
    return this.requests.filter(({ query }) => !query.has("sid"));
  }

  #listen(port) {
    this.#server = createServer((request, response) => this.#pass(request, response));
    this.#server.on("upgrade", (request, socket, head) => this.#passUpgrade(request, socket, head));
    this.#server.on("connection", (socket) => this.#track(socket));
    return new Promise((resolve) =>
      this.#server.listen(port, "127.0.0.1", () => {
        this.port = this.#server.address().port;
        resolve();
      }),
    );
  }

  #track(socket) {
    this.#connections.add(socket);
    socket.on("close", () => this.#connections.delete(socket));
    socket.on("error", () => {});
  }

  #note({ method, url, headers }, isWebSocket) {
    const { pathname, searchParams } = new URL(url, "http://relay");
    const noted = { method, path: pathname, query: searchParams, headers, isWebSocket, size: 0, received: 0 };
    this.requests.push(noted);
    return noted;
  }

  #pass(request, response) {
    const noted = this.#note(request, false);
    if (this.#lost.has(noted.query.get("sid"))) return request.destroy();
    if (this.others === "refuse") return response.writeHead(503).end();
    const [host, port] = this.#target.address.split(":");
    const onward = ask({ host, port, method: request.method, path: request.url, headers: request.headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode, { ...answer.headers, ...this.headers(noted) });
      answer.on("error", () => response.destroy());
      if (!noted.query.has("sid")) answer.on("data", (chunk) => this.#noteSession(chunk));
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    if (request.method === "GET") this.#polls.set(response, performance.now());
    response.on("close", () => {
      this.#polls.delete(response);
      onward.destroy();
    });
    request.on("data", (chunk) => (noted.size += chunk.length));
    request.pipe(onward);
  }

  #passUpgrade(request, socket, head) {
    const noted = this.#note(request, true);
    if (this.#lost.has(noted.query.get("sid"))) return socket.destroy();
    if (this.upgrades === "refuse") return socket.end("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    if (this.upgrades === "hold") return;
    const [host, port] = this.#target.address.split(":");
    const onward = connect(Number(port), host);
    this.#track(onward);
    const lines = request.rawHeaders.flatMap((name, i, all) => (i % 2 ? [] : [`${name}: ${all[i + 1]}`]));
    onward.write([`${request.method} ${request.url} HTTP/1.1`, ...lines, "", ""].join("\r\n"));
    onward.write(head);
    socket.on("data", (chunk) => (noted.size += chunk.length));
    onward.on("data", (chunk) => (noted.received += chunk.length));
    socket.pipe(onward);
    if (this.upgrades === "mute") onward.once("data", (answer) => socket.write(answer));
    else onward.pipe(socket);
    socket.on("close", () => onward.destroy());
    onward.on("close", () => socket.destroy());
  }

  #noteSession(chunk) {
    const [, sid] = /"sid":"([^"]+)"/.exec(chunk) ?? [];
    if (sid) this.#sessions.add(sid);
  }

  /** Whether a poll waits that has surely reached the server. */
  isPolled() {
    return [...this.#polls.values()].some((began) => performance.now() - began > 50);
  }

  /** Cuts all connections, and all that their sessions try later, so that it does not matter whether a poll is pending. */
  cut() {
    for (const session of this.#sessions) this.#lost.add(session);
    for (const connection of this.#connections) connection.destroy();
  }

  /** Cuts all connections and takes no new ones. */
  async leave() {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.cut();
    await closed;
  }

  /** Is there again, at the same address. */
  comeBack() {
    return this.#listen(this.port);
  }

  async abort() {
    if (this.#server.listening) await this.leave();
  }
}
