// Engine.IO over WebSocket, by hand.
import { connect } from "node:net";
import WebSocket from "ws";
import { Inbox } from "./inbox.mjs";
import { next, within } from "./deadline.mjs";

export class FrameSession {
  #socket;
  frames = new Inbox("WebSocket frame");

  static async open(server, query = {}) {
    const search = new URLSearchParams({ EIO: 4, transport: "websocket", ...query });
    const session = new FrameSession(new WebSocket(`ws://${server.address}/socket.io/?${search}`));
    await session.opened;
    return session;
  }

  constructor(socket) {
    this.#socket = socket;
    socket.on("message", (data, isBinary) => this.frames.put(isBinary ? data : data.toString()));
    socket.on("error", (error) => (this.error = error));
    this.opened = within(
      new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject)),
      "a WebSocket to open",
    );
    this.ended = new Promise((resolve) =>
      socket.once("close", (code, reason) => {
        this.frames.end(`the WebSocket closed with ${code}`);
        resolve({ code, reason: reason.toString() });
      }),
    );
  }

  /** The close code and reason, when the server closes. */
  closed(ms) {
    return within(this.ended, "the server to close the WebSocket", ms);
  }

  get isOpen() {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  send(...frames) {
    for (const frame of frames) this.#socket.send(frame);
  }

  /** Sends bytes as a text message, whether they are UTF-8 or not. */
  sendText(bytes) {
    this.#socket.send(bytes, { binary: false });
  }

  sendFragments(...pieces) {
    pieces.forEach((piece, i) => this.#socket.send(piece, { fin: i === pieces.length - 1 }));
  }

  /** A ping of the WebSocket protocol; resolves with the data of the pong. */
  async ping(data) {
    this.#socket.ping(data);
    const [pong] = await next(this.#socket, "pong");
    return pong;
  }

  get extensions() {
    return this.#socket.extensions;
  }

  /** The next frame that is not a ping; pings are answered. */
  async next(ms) {
    for (;;) {
      const frame = await this.frames.next(ms);
      if (frame !== "2") return frame;
      this.send("3");
    }
  }

  async handshake() {
    const frame = await this.next();
    return JSON.parse(frame.slice(1));
  }

  /** Joins a namespace; returns the socket id. */
  async join(namespace = "/", auth) {
    const prefix = namespace === "/" ? "" : `${namespace},`;
    this.send(`40${prefix}${auth ? JSON.stringify(auth) : ""}`);
    const reply = await this.next();
    await this.next(); // the "auth" event
    return JSON.parse(reply.slice(2 + prefix.length)).sid;
  }

  close(code) {
    this.#socket.close(code);
  }

  abort() {
    this.#socket.terminate();
  }
}

/** The bytes of a WebSocket handshake; a header with several values is sent several times. */
export function upgradeRequest(server, query, { method = "GET", headers = {} } = {}) {
  const all = {
    Host: server.address,
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [value].flat().map((one) => `${name}: ${one}\r\n`)));
  return `${method} /socket.io/?${new URLSearchParams(query)} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** Sends a WebSocket upgrade request and returns everything the server answers until it hangs up. */
export async function refusedUpgrade(server, query, options) {
  const socket = connect(server.port, "127.0.0.1");
  let text = "";
  socket.setEncoding("latin1").on("data", (chunk) => (text += chunk));
  await next(socket, "connect");
  socket.write(upgradeRequest(server, query, options));
  await next(socket, "close", "the server to hang up");
  const [head, body] = text.split("\r\n\r\n");
  const [status, ...headers] = head.split("\r\n");
  return { status, headers, body };
}

/** Opens a WebSocket session, sends these bytes as they are, and returns the bytes the server answers until it hangs up. */
export async function rawExchange(server, bytes) {
  const socket = connect(server.port, "127.0.0.1");
  const ended = next(socket, "close", "the server to hang up");
  const opened = new Promise((resolve) => {
    let received = Buffer.alloc(0);
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      const frame = received.indexOf("\r\n\r\n") + 4;
      if (frame < 4 || received.length < frame + 2) return;
      const end = frame + 2 + received[frame + 1]; // the open packet is shorter than 126 bytes
      if (received.length >= end) resolve(() => received.subarray(end));
    });
  });
  socket.write(upgradeRequest(server, { EIO: 4, transport: "websocket" }));
  const answer = await within(opened, "the open packet");
  socket.write(bytes);
  await ended;
  return answer();
}
