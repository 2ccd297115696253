// Writes what socket.io-parser makes of arguments, as vectors for crates/salon-proto/tests.
//
//   npm install socket.io-parser@4
//   node json_args.mjs > ../../crates/salon-proto/tests/vectors/json_args.json
//
// Each vector has the arguments as they were sent (null where JavaScript's own text differs from
// ours, as for 1e21), their text without the packet's header, the attachments, and the arguments as
// socket.io-parser reads them back. Binary data is written {"$bytes": "<hex>"}.
import { Decoder, Encoder, PacketType } from "socket.io-parser";

const bytes = (...values) => Buffer.from(values);

const events = {
  "no arguments": ["ping"],
  "a number as name": [42, "x"],
  "escapes in the name": ['quote " backslash \\ slash / newline \n', 1],
  "a name beyond ASCII": ["größe ☃ 😀 \u2028", true],
  "an empty name": ["", null],
  scalars: ["x", null, true, false, 0, -1, 1.5, -0.25, "text"],
  "large integers": ["x", 2 ** 53, -(2 ** 53), 1e15],
  "control characters": ["x", "\u0000\u0001\b\t\n\u000b\f\r\u001f\u007f"],
  "empty containers": ["x", [], {}, "", [[]], [{}]],
  nested: ["x", { list: [1, [2, [3, { deep: { deeper: [null] } }]]], text: "é" }],
  "keys to escape": ["x", { 'a"b': 1, "\n": 2, "": 3, é: 4 }],
  "integer keys": ["x", { 1: "one", 20: "twenty" }],
  "binary as argument": ["x", bytes(1, 2, 3)],
  "empty binary": ["x", bytes()],
  "binary in an array": ["x", [bytes(1), "between", bytes(2)]],
  "binary in an object": ["x", { name: "a.png", data: bytes(0x89, 0x50, 0x4e, 0x47) }],
  "binary in depth-first order": [
    "x",
    { a: [bytes(1), { b: bytes(2) }], c: bytes(3) },
    bytes(4),
    [[bytes(5)]],
  ],
  "an object like a placeholder without binary": ["x", { _placeholder: true, num: 0 }],
};

const received = {
  "a float that JavaScript writes with a plus": ["x", 1e21, 5e-324],
  "numbers that are not finite": ["x", NaN, Infinity, -Infinity],
  "negative zero": ["x", -0],
  "undefined and functions": ["x", undefined, [undefined], { a: undefined, b: () => 1 }],
  "a date": ["x", new Date(0)],
  "array buffers and views": [
    "x",
    new Uint8Array([1, 2]).buffer,
    new Uint8Array([0, 3, 4, 0]).subarray(1, 3),
  ],
};

const acks = {
  "no acknowledgement arguments": [],
  "one acknowledgement argument": ["done"],
  "acknowledgement arguments": [null, { ok: true }],
  "binary in an acknowledgement": [{ data: bytes(7) }, bytes(8, 9)],
};

function tagged(value) {
  if (Buffer.isBuffer(value)) return { $bytes: value.toString("hex") };
  if (ArrayBuffer.isView(value)) {
    return tagged(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
  }
  if (value instanceof ArrayBuffer) return tagged(Buffer.from(value));
  if (Array.isArray(value)) return value.map(tagged);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, tagged(item)]));
}

function read(frames) {
  const decoder = new Decoder();
  let packet;
  decoder.on("decoded", (decoded) => (packet = decoded));
  frames.forEach((frame) => decoder.add(frame));
  return packet.data;
}

function vector(type, title, data, exact) {
  const sent = exact ? tagged(data) : null;
  const frames = new Encoder().encode({ type, nsp: "/", id: 7, data });
  const [text, ...attachments] = frames;
  return {
    title,
    event: type === PacketType.EVENT,
    sent,
    text: text.slice(text.indexOf("[")),
    attachments: attachments.map(tagged),
    received: tagged(read(frames)),
  };
}

const all = (type, cases, exact) =>
  Object.entries(cases).map(([title, data]) => vector(type, title, data, exact));

const vectors = [
  ...all(PacketType.EVENT, events, true),
  ...all(PacketType.EVENT, received, false),
  ...all(PacketType.ACK, acks, true),
];
console.log(JSON.stringify(vectors, null, 1));
