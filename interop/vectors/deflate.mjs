// Writes what the `ws` package makes of compressed messages and of offers to compress, as vectors
// for crates/salon-proto/tests/ws_deflate.
//
//   npm ci
//   node vectors/deflate.mjs > ../crates/salon-proto/tests/vectors/deflate.json
//
// `messages`: the frames of a client, with a mask of zeros, in hexadecimal; what they mean, text as
// it is and bytes as {"$bytes": "<hex>"}; and the code of the close frame, if they are refused.
// `offers`: the header, and "refused", null, or the windows that were agreed on.
import zlib from "node:zlib";
import { PerMessageDeflate, Receiver, extension } from "ws";

const LIMIT = 2000;
const TAIL = Buffer.from([0, 0, 0xff, 0xff]);
const [CONTINUE, TEXT, BINARY] = [0, 1, 2];
const settings = { isServer: true, maxPayload: LIMIT, serverNoContextTakeover: true, clientNoContextTakeover: true };

/** The same numbers in each run. */
let state = 1;
function random(below) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % below;
}

const pick = (list) => list[random(list.length)];

function someText() {
  const words = ["salon", "socket", "größe", "☃", "😀", "0", "the quick brown fox "];
  return Array.from({ length: random(40) }, () => pick(words)).join(pick(["", " "]));
}

function someBytes() {
  const kinds = pick([1, 2, 256]);
  return Buffer.from(Array.from({ length: random(100) }, () => random(kinds)));
}

function deflated(data, level = random(10)) {
  const { constants } = zlib;
  const bytes = zlib.deflateRawSync(data, {
    level,
    windowBits: 9 + random(7),
    memLevel: 1 + random(9),
    strategy: pick([constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_HUFFMAN_ONLY, constants.Z_RLE]),
    finishFlush: constants.Z_SYNC_FLUSH,
  });
  return bytes.subarray(0, bytes.length - TAIL.length);
}

function frame(first, payload) {
  const long = payload.length > 125;
  const length = long ? [0x80 | 126, payload.length >> 8, payload.length & 255] : [0x80 | payload.length];
  return Buffer.concat([Buffer.from([first, ...length, 0, 0, 0, 0]), payload]);
}

/** A payload in pieces of random size. */
function cut(payload) {
  const pieces = [];
  for (let rest = payload; pieces.length === 0 || rest.length > 0; rest = rest.subarray(pieces.at(-1).length)) {
    pieces.push(rest.subarray(0, random(3) === 0 ? random(rest.length + 1) : rest.length));
  }
  return pieces;
}

/** The frames of a compressed message. */
function frames(opcode, pieces) {
  const first = (i) => (i === 0 ? 0x40 | opcode : CONTINUE) | (i === pieces.length - 1 ? 0x80 : 0);
  return Buffer.concat(pieces.map((piece, i) => frame(first(i), piece)));
}

const damage = {
  "is whole": (payload) => payload,
  "is cut off": (payload) => payload.subarray(0, random(payload.length)),
  "has a wrong bit": (payload) => {
    const wrong = Buffer.from(payload);
    if (wrong.length > 0) wrong[random(wrong.length)] ^= 1 << random(8);
    return wrong;
  },
  "has wrong bytes": (payload) => Buffer.concat([payload, Buffer.from([random(256), random(256)])]),
  "is noise": () => Buffer.from(Array.from({ length: random(20) }, () => random(256))),
  "has a last block": (payload) => Buffer.concat([payload, TAIL, zlib.deflateRawSync("the end"), pick([Buffer.alloc(1), payload])]),
};

/** What `ws` makes of these bytes. */
function received(wire) {
  const deflate = new PerMessageDeflate(settings);
  deflate.accept([{}]);
  const receiver = new Receiver({ isServer: true, maxPayload: LIMIT, extensions: { [PerMessageDeflate.extensionName]: deflate } });
  const messages = [];
  receiver.on("message", (data, isBinary) => messages.push(isBinary ? { $bytes: data.toString("hex") } : data.toString()));
  const closed = new Promise((resolve) => {
    receiver.on("error", (error) => resolve(Object.getOwnPropertySymbols(error).map((symbol) => error[symbol])[0]));
    receiver.on("close", () => resolve(null));
  });
  receiver.on("conclude", () => receiver.end());
  receiver.write(wire);
  receiver.write(frame(0x88, Buffer.alloc(0)));
  return closed.then((close) => ({ messages, close }));
}

async function messageVector(title, wire) {
  return { title, wire: wire.toString("hex"), ...(await received(wire)) };
}

async function randomMessages() {
  const vectors = [];
  for (const [how, change] of Object.entries(damage)) {
    for (let i = 0; i < (how === "is whole" ? 60 : 40); i++) {
      const isText = random(2) === 0;
      // Text that was damaged is mostly no UTF-8; that is not what these are about.
      const opcode = isText && how === "is whole" ? TEXT : BINARY;
      const payload = change(deflated(isText ? someText() : someBytes()));
      // What follows a last block counts for `ws` if it comes in another fragment, and otherwise not.
      const pieces = how === "has a last block" ? [payload] : cut(payload);
      vectors.push(await messageVector(`a message that ${how}`, frames(opcode, pieces)));
    }
  }
  return vectors;
}

async function messages() {
  const exactly = (length) => deflated(Buffer.alloc(length, "x"), 6);
  return [
    ...(await randomMessages()),
    await messageVector("the largest message", frames(BINARY, cut(exactly(LIMIT)))),
    await messageVector("a message that is too large", frames(BINARY, cut(exactly(LIMIT + 1)))),
    await messageVector("text that is not UTF-8", frames(TEXT, [deflated(Buffer.from([0xff]))])),
  ];
}

function offer(header) {
  const deflate = new PerMessageDeflate(settings);
  let agreed = "refused";
  try {
    const offers = extension.parse(header);
    const ours = offers[PerMessageDeflate.extensionName];
    agreed = ours ? deflate.accept(ours) : null;
  } catch {}
  if (agreed === null || agreed === "refused") return { header, agreed };
  const { server_max_window_bits: server = null, client_max_window_bits: client = null } = agreed;
  return { header, agreed: { server, client } };
}

/** Headers that are put together at random, most of them nearly right. */
function offers() {
  const names = ["server_no_context_takeover", "client_no_context_takeover", "server_max_window_bits", "client_max_window_bits", "foo"];
  const wrong = ["=7", "=16", "=", '=""', "=a", " =9", '="9'];
  const values = ["", "", "", "=8", "=15", '="10"', '="1\\0"', "=9 "];
  const parameter = () => `${pick(["; ", ";", " ;\t"])}${pick(names)}${pick(random(5) === 0 ? wrong : values)}`;
  const one = () => pick(["permessage-deflate", "permessage-deflate", "other"]) + Array.from({ length: random(3) }, parameter).join("");
  const headers = Array.from({ length: 400 }, () => Array.from({ length: 1 + random(2) }, one).join(pick([", ", ",", " , ", ",,"])).trim());
  return [...new Set(headers)].map(offer);
}

const lines = (list) => `[\n${list.map((one) => JSON.stringify(one)).join(",\n")}\n]`;
console.log(`{\n"messages": ${lines(await messages())},\n"offers": ${lines(offers())}\n}`);
