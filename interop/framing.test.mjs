// What RFC 6455 forbids, byte by byte.
import assert from "node:assert/strict";
import { rawExchange } from "./harness/frames.mjs";
import { serving } from "./harness/scenario.mjs";

const { scenario, server } = serving();

const FIN = 0x80;
const [CONTINUE, TEXT, BINARY, CLOSE, PING] = [0, 1, 2, 8, 9];
const MASKED = 0x80;

/** A frame with a mask of zeros; `length` overrides what the header says. */
function frame(first, payload = "", { masked = true, length } = {}) {
  const data = Buffer.from(payload);
  const head = [first, (masked ? MASKED : 0) | (length ?? data.length)];
  return Buffer.concat([Buffer.from(head), Buffer.alloc(masked ? 4 : 0), data]);
}

function closeFrame(code) {
  return Buffer.from([FIN | CLOSE, 2, code >> 8, code & 255]);
}

const violations = {
  "a frame without a mask": [1002, frame(FIN | TEXT, "6", { masked: false })],
  "the first reserved bit": [1002, frame(FIN | 0x40 | TEXT, "6")],
  "the second reserved bit": [1002, frame(FIN | 0x20 | TEXT, "6")],
  "the third reserved bit": [1002, frame(FIN | 0x10 | TEXT, "6")],
  "a reserved data opcode": [1002, frame(FIN | 3, "6")],
  "a reserved control opcode": [1002, frame(FIN | 11, "6")],
  "a ping in fragments": [1002, frame(PING, "a")],
  "a ping of more than 125 bytes": [1002, Buffer.concat([Buffer.from([FIN | PING, MASKED | 126, 0, 126]), Buffer.alloc(130)])],
  "a continuation of nothing": [1002, frame(FIN | CONTINUE, "6")],
  "a new message inside another": [1002, Buffer.concat([frame(TEXT, "6"), frame(FIN | BINARY, "6")])],
  "a close frame with one byte": [1002, frame(FIN | CLOSE, "a")],
  "a close code that may not be sent": [1002, frame(FIN | CLOSE, [1005 >> 8, 1005 & 255])],
  "a close code that does not exist": [1002, frame(FIN | CLOSE, [0, 1])],
  "a close reason that is not UTF-8": [1007, frame(FIN | CLOSE, [1000 >> 8, 1000 & 255, 0xff])],
  "a text that is not UTF-8": [1007, frame(FIN | TEXT, [0x36, 0xc3, 0x28])],
  "a text that ends inside a character": [1007, frame(FIN | TEXT, [0x36, 0xf0, 0x9f, 0xa6])],
  "a text with half of a surrogate pair": [1007, frame(FIN | TEXT, [0x36, 0xed, 0xa0, 0x80])],
  "a length of more than 2^53": [1009, Buffer.concat([Buffer.from([FIN | BINARY, MASKED | 127]), Buffer.alloc(8, 0x7f), Buffer.alloc(4)])],
  "a length over the limit, before its bytes": [1009, Buffer.from([FIN | BINARY, MASKED | 127, 0, 0, 0, 0, 0, 15, 0x42, 0x41, 0, 0, 0, 0])],
};

for (const [what, [code, bytes]] of Object.entries(violations)) {
  scenario(`${what} is closed with ${code}`, async () => {
    assert.deepEqual(await rawExchange(server, bytes), closeFrame(code));
  });
}

scenario("fragments that together exceed the limit are closed with 1009", async () => {
  const half = Buffer.alloc(600_000, "x");
  const header = (first) => Buffer.from([first, MASKED | 127, 0, 0, 0, 0, 0, 9, 0x27, 0xc0, 0, 0, 0, 0]);
  const bytes = Buffer.concat([header(BINARY), half, header(FIN | CONTINUE), half]);
  assert.deepEqual(await rawExchange(server, bytes), closeFrame(1009));
});

scenario("a close frame is answered with its code", async () => {
  assert.deepEqual(await rawExchange(server, frame(FIN | CLOSE, [3000 >> 8, 3000 & 255])), closeFrame(3000));
});

scenario("a close frame without a code is answered without one", async () => {
  assert.deepEqual(await rawExchange(server, frame(FIN | CLOSE)), Buffer.from([FIN | CLOSE, 0]));
});

scenario("pings between fragments and masks of all kinds are understood", async () => {
  const mask = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);
  const text = Buffer.from("6", "utf8").map((byte, i) => byte ^ mask[i % 4]);
  const masked = Buffer.concat([Buffer.from([FIN | CONTINUE, MASKED | text.length]), mask, text]);
  const bytes = Buffer.concat([frame(TEXT, ""), frame(FIN | PING, "in between"), masked, frame(FIN | CLOSE)]);
  const pong = Buffer.concat([Buffer.from([FIN | 10, 10]), Buffer.from("in between")]);
  assert.deepEqual(await rawExchange(server, bytes), Buffer.concat([pong, Buffer.from([FIN | CLOSE, 0])]));
});
