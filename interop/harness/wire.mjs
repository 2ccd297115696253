// WebSocket frames as they are on the wire, compressed or not.
import { connect } from "node:net";
import zlib from "node:zlib";
import { Inbox } from "./inbox.mjs";
import { within } from "./deadline.mjs";
import { upgradeRequest } from "./frames.mjs";

const TAIL = Buffer.from([0x00, 0x00, 0xff, 0xff]);
export const FIN = 0x80;
export const RSV1 = 0x40;
export const [CONTINUE, TEXT, BINARY, CLOSE, PING] = [0, 1, 2, 8, 9];

/** A message as permessage-deflate sends it (RFC 7692, section 7.2.1). */
export function deflated(data, options) {
  const bytes = zlib.deflateRawSync(data, { finishFlush: zlib.constants.Z_SYNC_FLUSH, ...options });
  return bytes.subarray(0, bytes.length - TAIL.length);
}

/** What a client with a window of this size reads. */
export function inflated(data, windowBits = 15) {
  const whole = Buffer.concat([data, TAIL]);
  return zlib.inflateRawSync(whole, { windowBits, finishFlush: zlib.constants.Z_SYNC_FLUSH });
}

/** A client's frame, with a mask of zeros. */
export function frame(first, data = "") {
  const payload = Buffer.from(data);
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = first;
  head[1] = 0x80 | (length < 126 ? length : length < 65_536 ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, Buffer.alloc(4), payload]);
}

/** A server's frame at the front of these bytes, if it is whole. */
function readFrame(bytes) {
  if (bytes.length < 2) return;
  let start = 2;
  let length = bytes[1];
  if (length > 125) {
    start = length === 126 ? 4 : 10;
    if (bytes.length < start) return;
    length = length === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  }
  if (bytes.length < start + length) return;
  return { first: bytes[0], payload: bytes.subarray(start, start + length), end: start + length };
}

/** A WebSocket whose handshake offers these extensions, one header for each. */
export class Wire {
  #socket;
  #ended;
  #received = Buffer.alloc(0);
  #answer = new Inbox("answer to the handshake");
  frames = new Inbox("frame");

  static async open(server, { offers = ["permessage-deflate"], query = {} } = {}) {
    const wire = new Wire(server, offers, { EIO: 4, transport: "websocket", ...query });
    await wire.#answer.next();
    return wire;
  }

  constructor(server, offers, query) {
    const headers = { "Sec-WebSocket-Extensions": offers };
    this.#socket = connect(server.port, "127.0.0.1");
    this.#socket.on("data", (chunk) => this.#read(chunk));
    this.#socket.on("error", () => {});
    this.#ended = new Promise((resolve) => this.#socket.on("close", resolve));
    this.#ended.then(() => this.frames.end("the stream ended"));
    this.#socket.write(upgradeRequest(server, query, { headers }));
  }

  /** What both sides agreed on, its parameters sorted. */
  get extensions() {
    const [name, ...parameters] = this.headers["sec-websocket-extensions"]?.split("; ") ?? [];
    return name && [name, ...parameters.sort()].join("; ");
  }

  #read(chunk) {
    this.#received = Buffer.concat([this.#received, chunk]);
    if (this.status === undefined) this.#readHead();
    if (this.status !== 101) return;
    for (let next; (next = readFrame(this.#received)); this.#received = this.#received.subarray(next.end)) {
      this.frames.put({ first: next.first, payload: Buffer.from(next.payload) });
    }
  }

  #readHead() {
    const end = this.#received.indexOf("\r\n\r\n");
    if (end < 0) return;
    const [status, ...lines] = this.#received.subarray(0, end).toString().split("\r\n");
    const headers = lines.map((line) => line.split(/: */, 2)).map(([name, value]) => [name.toLowerCase(), value]);
    this.headers = Object.fromEntries(headers);
    this.status = Number(status.split(" ")[1]);
    this.#received = this.#received.subarray(end + 4);
    this.#answer.put(this.status);
  }

  /** What follows the head of an answer that is no WebSocket, until the server hangs up. */
  async body() {
    await within(this.#ended, "the server to hang up");
    return this.#received.toString();
  }

  send(...frames) {
    this.#socket.write(Buffer.concat(frames));
  }

  sendText(text) {
    this.send(frame(FIN | TEXT, text));
  }

  next() {
    return this.frames.next();
  }

  /** The next message, decompressed if need be. */
  async message() {
    const { first, payload } = await this.next();
    const data = first & RSV1 ? inflated(payload) : payload;
    return (first & 0x0f) === TEXT ? data.toString() : data;
  }

  /** Joins the main namespace; returns the socket id. */
  async join() {
    await this.message(); // the open packet
    this.sendText("40");
    const { sid } = JSON.parse((await this.message()).slice(2));
    await this.message(); // the "auth" event
    return sid;
  }

  /** The code of the close frame that ends the connection. */
  async closed() {
    const { payload } = await within(this.frames.find(({ first }) => first === (FIN | CLOSE)), "a close frame");
    return payload.readUInt16BE();
  }

  abort() {
    this.#socket.destroy();
  }
}
