// Writes what socket.io-msgpack-parser makes of packets, as vectors for crates/salon-proto/tests.
//
//   node vectors/msgpack.mjs > ../crates/salon-proto/tests/vectors/msgpack.json
//
// - sent: packets as Node's server sends them. Their data is given as JSON with placeholders, and
//   the bytes are the same in both directions.
// - received: bytes that a client may send, with what the real decoder makes of them, written with
//   JSON.stringify. Attachments are in hex.
// - verdicts: bytes, and whether the real decoder takes them for a packet.
import { createRequire } from "node:module";
const require = createRequire(import.meta.url);
const { Decoder, Encoder } = require("socket.io-msgpack-parser");

const text = (length) => "x".repeat(length);
const numbers = (count) => Array.from({ length: count }, (_, i) => i);
const object = (count) => Object.fromEntries(numbers(count).map((i) => [`k${i}`, i]));
const bytes = (length) => Buffer.alloc(length, 7);

function parts(data) {
  const attachments = [];
  const attach = (value) => ({ _placeholder: true, num: attachments.push(Buffer.from(value).toString("hex")) - 1 });
  const replaced = (value) => {
    if (Buffer.isBuffer(value) || value instanceof ArrayBuffer) return attach(value);
    if (value instanceof Date || value === null || typeof value !== "object") return value;
    if (Array.isArray(value)) return value.map(replaced);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaced(item)]));
  };
  const json = data === undefined ? null : JSON.stringify(replaced(data));
  return { json, attachments };
}

const encode = (packet) => new Encoder().encode(packet)[0];

function decode(data) {
  const decoder = new Decoder();
  let packet;
  decoder.on("decoded", (decoded) => (packet = decoded));
  decoder.add(data);
  return packet;
}

const event = (...data) => ({ type: 2, data, nsp: "/" });

const sent = {
  "an event": event("hello", "world"),
  "an event without arguments": event("x"),
  "an event with a number for its name": event(42),
  "an event that asks for an answer": { type: 2, data: ["x", 1], id: 7, nsp: "/admin" },
  "an answer": { id: 12, type: 3, data: [null, { ok: true }], nsp: "/" },
  "an answer with a large id": { id: 2 ** 32, type: 3, data: [], nsp: "/" },
  "a connection": { type: 0, data: { sid: "abcdefghijklmnopqrst" }, nsp: "/" },
  "a refusal": { type: 4, data: { message: "no", data: { code: 401 } }, nsp: "/auth" },
  "a disconnection": { type: 1, nsp: "/" },
  "small integers": event("x", 0, 1, 127, 128, 255, 256, 65535, 65536),
  "large integers": event("x", 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 1e18, 1e19),
  "negative integers": event("x", -1, -32, -33, -128, -129, -32768, -32769, -(2 ** 31), -(2 ** 31) - 1, -(2 ** 53), -1e18),
  floats: event("x", 1.5, -0.25, 5e-324, 0.1),
  scalars: event("x", null, true, false, ""),
  texts: event("x", text(31), text(32), text(255), text(256), "größe ☃ 😀 \u0000\n"),
  arrays: event("x", [], numbers(15), numbers(16), [[[[]]]]),
  objects: event("x", {}, object(15), object(16), { a: { b: {} } }),
  "binary data": event("x", bytes(0), bytes(3), bytes(255), bytes(256)),
  "nested binary data": event("x", [bytes(1), { a: bytes(2), b: [bytes(3)] }]),
  "an answer with binary data": { id: 0, type: 3, data: [bytes(2)], nsp: "/" },
};

const received = {
  "an event of the real client": { type: 2, data: ["x", 1], options: { compress: true }, id: 3, nsp: "/" },
  "a connection without auth": { type: 0, nsp: "/" },
  "a connection with auth": { type: 0, data: { token: "secret" }, nsp: "/admin" },
  "a disconnection": { type: 1, nsp: "/" },
  "data that is undefined": { type: 1, data: undefined, id: undefined, nsp: "/" },
  "undefined in arrays and objects": event("x", undefined, [undefined], { a: undefined, b: 1 }),
  dates: event("x", new Date(0), new Date(1709210096789), new Date(-1), new Date(-8.64e15)),
  "numbers that are not finite": event("x", NaN, Infinity, -Infinity),
  "numbers beyond 2^53": event("x", 2 ** 53, -(2 ** 53), 1e18),
  "an ArrayBuffer": event("x", new Uint8Array([1, 2]).buffer, new Uint8Array(300).buffer),
  "a view": event("x", new Uint8Array([1, 2, 3])),
  "keys to escape": event("x", { 'a"b': 1, "\n": 2, "": 3, é: 4 }),
  "functions in objects": event("x", { f: () => 1, a: 1 }),
  "toJSON": event("x", { toJSON: () => "as JSON" }),
};

const head = "82a474797065"; // {type: …, …}
const inEvent = (hex) => `83a47479706502a36e7370a12fa46461746192a178${hex}`;

const receivedBytes = {
  "integers in wide forms": inEvent("98cc01cd0001ce00000001cf0000000000000001d001d10001d200000001d30000000000000001"),
  "negative integers in wide forms": inEvent("94d0ffd1ffffd2ffffffffd3ffffffffffffffff"),
  "floats of 32 bits": inEvent("93ca3fc00000ca3dcccccdca7f800000"),
  "whole floats": inEvent("93cb3ff0000000000000cb8000000000000000cbc000000000000000"),
  "texts in wide forms": inEvent("93d90161da000162db0000000163"),
  "binary data in wide forms": inEvent("93c40161c5000162c60000000163"),
  "arrays and maps in wide forms": inEvent("94dc000101dd0000000102de0001a16103df00000001a16204"),
  "other extensions": inEvent("97d40561d5006162d60361626364d7ff6162636465666768d80101020304050607080910111213141516c70107ffc8000108ee"),
  "an extension without data": inEvent("c70007"),
  "text that is not UTF-8": inEvent("94a2ff61a3e28261a4f0908061a3eda080"),
  "keys that are no text": inEvent("86010102c0c3030205d40000c0c204"),
  "a key twice": inEvent("82a16101a16102"),
  "fields twice": `85a36e7370a12fa47479706503a47479706502a46461746190a46461746192a17807`,
  "a type as a float": `83a474797065cb4000000000000000a36e7370a12fa46461746191a178`,
  "an id as a float": `84a47479706502a36e7370a12fa26964cb401c000000000000a46461746191a178`,
  "a field that nobody knows": `84a47479706502a36e7370a12fa46461746191a178a56f7468657281a16192c0c40101`,
};

const verdicts = [
  "",
  "c0",
  "02",
  "a0",
  "90",
  "80",
  "c1",
  `${head}00a36e7370a12f`,
  `${head}00a36e7370a12f00`,
  `${head}00a36e7370a1`,
  `${head}05a36e7370a12f`,
  `${head}ffa36e7370a12f`,
  `${head}a130a36e7370a12f`,
  `${head}c0a36e7370a12f`,
  `${head}cb3fe0000000000000a36e7370a12f`,
  `${head}00a36e7370c0`,
  `${head}00a36e737001`,
  `${head}00a36e7370c4012f`,
  // CONNECT, with data of all sorts.
  ...["c0", "01", "a0", "90", "80", "d40000", "c40100", "c70100aa", "d7000000000000000000", "d40501", "c3"].map(
    (data) => `83a47479706500a36e7370a12fa464617461${data}`,
  ),
  // DISCONNECT
  ...["c0", "80", "d40000"].map((data) => `83a47479706501a36e7370a12fa464617461${data}`),
  // EVENT and ACK
  `${head}02a36e7370a12f`,
  `${head}03a36e7370a12f`,
  ...["c0", "80", "d40000", "a178", "c40100"].flatMap((data) => [
    `83a47479706502a36e7370a12fa464617461${data}`,
    `83a47479706503a36e7370a12fa464617461${data}`,
  ]),
  // ids
  ...["00", "cb3fe0000000000000", "c0", "a131", "d40000", "c3", "90"].map(
    (id) => `84a47479706502a36e7370a12fa46461746191a178a26964${id}`,
  ),
  // Lengths that are not there.
  ...["ddffffffffc0", "dfffffffffa161c0", "dbffffffff61", "c6ffffffff61", "c9ffffffff0061", "cb00", "d7", "d700", "d8ff00", "dcffff"].map(inEvent),
  inEvent("c1"),
  inEvent("a5"),
];

function sentVector([title, packet]) {
  const { json, attachments } = parts(packet.data);
  const { type, nsp, id = null } = packet;
  return { title, type, nsp, id, data: json, attachments, bytes: encode(packet).toString("hex") };
}

function receivedVector(title, data) {
  const packet = decode(data);
  const { json, attachments } = parts(packet.data);
  const { type, nsp, id = null } = packet;
  return { title, type, nsp, id, data: json, attachments, bytes: data.toString("hex") };
}

function verdict(hex) {
  try {
    decode(Buffer.from(hex, "hex"));
    return { bytes: hex, valid: true };
  } catch {
    return { bytes: hex, valid: false };
  }
}

const vectors = {
  sent: Object.entries(sent).map(sentVector),
  received: [
    ...Object.entries(received).map(([title, packet]) => receivedVector(title, encode(packet))),
    ...Object.entries(receivedBytes).map(([title, hex]) => receivedVector(title, Buffer.from(hex, "hex"))),
  ],
  verdicts: verdicts.map(verdict),
};
console.log(JSON.stringify(vectors, null, 1));
