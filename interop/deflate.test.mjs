// Compression of messages on WebSocket: permessage-deflate (RFC 7692).
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import zlib from "node:zlib";
import { inboxOf } from "./harness/inbox.mjs";
import { serving } from "./harness/scenario.mjs";
import { BINARY, CLOSE, CONTINUE, FIN, PING, RSV1, TEXT, Wire, deflated, frame, inflated } from "./harness/wire.mjs";

const MAX_PAYLOAD = 100_000;
const { scenario, overEachTransport, server } = serving({ PER_MESSAGE_DEFLATE: "1024", MAX_PAYLOAD: String(MAX_PAYLOAD) });
const off = serving();

const AGREED = "permessage-deflate; client_no_context_takeover; server_no_context_takeover";
const long = "word ".repeat(400);

async function joined({ keep }, options) {
  const wire = keep(await Wire.open(server, options));
  assert.equal(wire.status, 101);
  wire.id = await wire.join();
  return wire;
}

const accepted = {
  "permessage-deflate": "",
  "permessage-deflate; client_max_window_bits": "",
  "permessage-deflate; client_no_context_takeover; server_no_context_takeover": "",
  "permessage-deflate; client_max_window_bits=10": "; client_max_window_bits=10",
  "permessage-deflate; server_max_window_bits=8": "; server_max_window_bits=8",
  'permessage-deflate;server_max_window_bits="1\\2" ;\tclient_max_window_bits="15"': "; client_max_window_bits=15; server_max_window_bits=12",
  "permessage-deflate; server_max_window_bits=10, permessage-deflate": "; server_max_window_bits=10",
  "x-webkit-deflate-frame; a=1, permessage-deflate": "",
};

for (const [offer, added] of Object.entries(accepted)) {
  scenario(`accepted is ${offer}`, async ({ keep }) => {
    const wire = keep(await Wire.open(server, { offers: [offer] }));
    assert.equal(wire.status, 101);
    const expected = `${AGREED}${added}`.split("; ").sort().join("; ");
    assert.equal(wire.extensions?.split("; ").sort().join("; "), expected);
  });
}

scenario("several headers are one list of offers", async ({ keep }) => {
  const wire = keep(await Wire.open(server, { offers: ["other", "permessage-deflate"] }));
  assert.equal(wire.extensions, AGREED);
});

for (const offer of ["x-webkit-deflate-frame", "PERMESSAGE-DEFLATE", "a; b=c, d"]) {
  scenario(`declined is ${offer}`, async (world) => {
    const wire = await joined(world, { offers: [offer] });
    assert.equal(wire.extensions, undefined);
    wire.sendText(`42["message","${long}"]`);
    assert.equal((await wire.next()).first, FIN | TEXT);
  });
}

const wrong = [
  "permessage-deflate; foo",
  "permessage-deflate; foo, permessage-deflate",
  "permessage-deflate; server_max_window_bits",
  "permessage-deflate; server_max_window_bits=7",
  "permessage-deflate; client_max_window_bits=16",
  "permessage-deflate; server_no_context_takeover=true",
  "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
  "permessage-deflate; server_max_window_bits=10; server_max_window_bits=10",
  "permessage-deflate; client_max_window_bits = 10",
  "permessage-deflate,",
  ", permessage-deflate",
  "permessage-deflate;",
  'permessage-deflate; server_max_window_bits="10',
  "foo; bar=, permessage-deflate",
  "foo bar",
];

for (const offer of wrong) {
  scenario(`refused with status 400 is ${offer}`, async ({ keep }) => {
    const wire = keep(await Wire.open(server, { offers: [offer] }));
    assert.equal(wire.status, 400);
    assert.equal(wire.headers["content-type"], "text/html");
    assert.equal(await wire.body(), "Invalid or unacceptable Sec-WebSocket-Extensions header");
  });
}

off.scenario("a server without compression does not read what is offered", async ({ keep }) => {
  for (const offer of ["permessage-deflate", "permessage-deflate; foo", ",,"]) {
    const wire = keep(await Wire.open(off.server, { offers: [offer] }));
    assert.equal(wire.status, 101);
    assert.equal(wire.extensions, undefined);
  }
});

scenario("messages from the threshold on are compressed", async (world) => {
  const wire = await joined(world);
  const reply = (length) => `42["message-back","${"x".repeat(length - 21)}"]`;
  for (const [length, first] of [[1023, FIN | TEXT], [1024, FIN | RSV1 | TEXT], [50_000, FIN | RSV1 | TEXT]]) {
    const expected = reply(length);
    assert.equal(expected.length, length);
    wire.sendText(expected.replace("message-back", "message"));
    const frame = await wire.next();
    assert.equal(frame.first, first);
    const text = first & RSV1 ? inflated(frame.payload) : frame.payload;
    assert.equal(text.toString(), expected);
  }
});

scenario("attachments are compressed for themselves", async (world) => {
  const wire = await joined(world);
  const data = Buffer.alloc(5000, "abc");
  wire.sendText('451-["message",{"_placeholder":true,"num":0}]');
  wire.send(frame(FIN | RSV1 | BINARY, deflated(data)));
  assert.deepEqual(await wire.next(), {
    first: FIN | TEXT,
    payload: Buffer.from('451-["message-back",{"_placeholder":true,"num":0}]'),
  });
  const { first, payload } = await wire.next();
  assert.equal(first, FIN | RSV1 | BINARY);
  assert.deepEqual(inflated(payload), data);
});

for (const bits of [8, 9, 12, 15]) {
  scenario(`a client with a window of ${bits} bits can read all`, async (world) => {
    const wire = await joined(world, { offers: [`permessage-deflate; server_max_window_bits=${bits}`] });
    const text = Array.from({ length: 3000 }, (_, i) => `word ${i % 700}`).join(" ");
    for (const length of [1100, 2000, 5000, text.length]) {
      const expected = `42["message-back","${text.slice(0, length)}"]`;
      wire.sendText(expected.replace("message-back", "message"));
      const { first, payload } = await wire.next();
      assert.equal((first & RSV1 ? inflated(payload, bits) : payload).toString(), expected);
    }
  });
}

scenario("a broadcast is the same frame for everyone who agreed, and readable for all", async (world) => {
  const wires = await Promise.all([joined(world), joined(world), joined(world, { offers: ["other"] })]);
  const sender = await joined(world);
  sender.sendText(`420["send",{},"news",["${long}"]]`);
  const [one, two, plain] = await Promise.all(wires.map((wire) => wire.next()));
  assert.equal(one.first, FIN | RSV1 | TEXT);
  assert.deepEqual(two, one);
  assert.equal(plain.first, FIN | TEXT);
  assert.equal(plain.payload.toString(), `42["news","${long}"]`);
  assert.deepEqual(inflated(one.payload), plain.payload);
});

scenario("what follows an upgrade is compressed", async (world) => {
  const session = await world.poll();
  await session.join();
  const wire = world.keep(await Wire.open(server, { query: { sid: session.sid } }));
  assert.equal(wire.extensions, AGREED);
  wire.sendText("2probe");
  assert.equal(await wire.message(), "3probe");
  wire.sendText("5");
  wire.sendText(`42["message","${long}"]`);
  const { first, payload } = await wire.next();
  assert.equal(first, FIN | RSV1 | TEXT);
  assert.equal(inflated(payload).toString(), `42["message-back","${long}"]`);
});

const text = '421["message-with-ack","🦀"]';
const packed = deflated(text);
const halves = [packed.subarray(0, 9), packed.subarray(9)];
const understood = {
  "one frame": [frame(FIN | RSV1 | TEXT, packed)],
  "a frame that is not compressed": [frame(FIN | TEXT, text)],
  fragments: [frame(RSV1 | TEXT, halves[0]), frame(FIN | CONTINUE, halves[1])],
  "fragments of a byte": [
    frame(RSV1 | TEXT),
    ...Array.from(packed, (byte) => frame(CONTINUE, [byte])),
    frame(FIN | CONTINUE),
  ],
  "a ping between fragments": [frame(RSV1 | TEXT, halves[0]), frame(FIN | PING), frame(FIN | CONTINUE, halves[1])],
  "a block that is not compressed": [frame(FIN | RSV1 | TEXT, deflated(text, { level: 0 }))],
  "several blocks": [frame(FIN | RSV1 | TEXT, Buffer.concat([deflated(text.slice(0, 5)), Buffer.from([0, 0, 0xff, 0xff]), deflated(text.slice(5))]))],
  "a block that is marked as the last": [frame(FIN | RSV1 | TEXT, Buffer.concat([zlib.deflateRawSync(text), Buffer.from([0])]))],
  "something after the last block": [frame(FIN | RSV1 | TEXT, Buffer.concat([zlib.deflateRawSync(text), deflated("more")]))],
  "the tail not left out": [frame(FIN | RSV1 | TEXT, Buffer.concat([packed, Buffer.from([0, 0, 0xff, 0xff])]))],
  "a small window": [frame(FIN | RSV1 | TEXT, deflated(text, { windowBits: 9 }))],
};

for (const [what, frames] of Object.entries(understood)) {
  scenario(`understood is ${what}`, async (world) => {
    const wire = await joined(world);
    wire.send(...frames);
    if (what.includes("ping")) assert.equal((await wire.next()).first, FIN | 10);
    assert.equal(await wire.message(), '431["🦀"]');
  });
}

scenario("an empty message may be compressed", async (world) => {
  for (const payload of [[], [0], [2, 0]]) {
    const wire = await joined(world);
    wire.sendText('451-1["message-with-ack",{"_placeholder":true,"num":0}]');
    wire.send(frame(FIN | RSV1 | BINARY, payload));
    assert.equal(await wire.message(), '461-1[{"_placeholder":true,"num":0}]');
    assert.deepEqual(await wire.message(), Buffer.alloc(0));
  }
});

const violations = {
  "data that is no DEFLATE": [1007, frame(FIN | RSV1 | TEXT, [0xff, 0xff, 0xff, 0xff])],
  "a reference to before the message": [1007, frame(FIN | RSV1 | TEXT, [0x03, 0x02, 0x00])],
  "text that is not UTF-8": [1007, frame(FIN | RSV1 | TEXT, deflated(Buffer.from([0x34, 0xff, 0xfe])))],
  "text that is cut off inside of a character": [1007, frame(FIN | RSV1 | TEXT, deflated(Buffer.from("4🦀").subarray(0, 3)))],
  "a message that becomes too large": [1009, frame(FIN | RSV1 | BINARY, deflated(Buffer.alloc(MAX_PAYLOAD + 1)))],
  "a bomb": [1009, frame(FIN | RSV1 | BINARY, deflated(Buffer.alloc(90_000_000)))],
  "a bomb in fragments": [1009, frame(RSV1 | BINARY, deflated(Buffer.alloc(90_000_000))), frame(FIN | CONTINUE)],
  "a message that is too large before it is decompressed": [1009, frame(FIN | RSV1 | BINARY, Buffer.alloc(MAX_PAYLOAD + 1))],
  "a compressed ping": [1002, frame(FIN | RSV1 | PING, deflated("x"))],
  "a compressed close frame": [1002, frame(FIN | RSV1 | CLOSE)],
  "a compressed continuation": [1002, frame(RSV1 | TEXT, halves[0]), frame(FIN | RSV1 | CONTINUE, halves[1])],
  "a compressed continuation of plain text": [1002, frame(TEXT, "4"), frame(FIN | RSV1 | CONTINUE, halves[1])],
  "a compressed reserved opcode": [1002, frame(FIN | RSV1 | 3)],
  "the second reserved bit": [1002, frame(FIN | 0x20 | TEXT, "6")],
  "the first and the third reserved bit": [1002, frame(FIN | RSV1 | 0x10 | TEXT, packed)],
};

for (const [what, [code, ...frames]] of Object.entries(violations)) {
  scenario(`closed with ${code} is ${what}`, async (world) => {
    const wire = await joined(world);
    wire.send(...frames);
    assert.equal(await wire.closed(), code);
    assert.equal(await server.reason(wire.id), "transport error");
  });
}

scenario("a message of exactly the largest size is accepted", async (world) => {
  const wire = await joined(world);
  const largest = `42["nobody","${"x".repeat(MAX_PAYLOAD - 15)}"]`;
  assert.equal(largest.length, MAX_PAYLOAD);
  wire.send(frame(FIN | RSV1 | TEXT, deflated(largest)));
  wire.sendText('421["message-with-ack"]');
  assert.equal(await wire.message(), "431[]");
});

scenario("who offered nothing may not send compressed frames", async (world) => {
  const wire = await joined(world, { offers: ["other"] });
  wire.send(frame(FIN | RSV1 | TEXT, packed));
  assert.equal(await wire.closed(), 1002);
});

overEachTransport("the real client sends and gets large events", async ({ connect, mode }) => {
  const socket = await connect({ perMessageDeflate: { threshold: 0 } });
  const inbox = inboxOf(socket, "message-back");
  const noise = randomBytes(20_000);
  const args = [[long, { nested: [long, 1, null] }], ["🦀".repeat(5000)], [noise, Buffer.alloc(30_000), long], []];
  for (const values of args) {
    socket.emit("message", ...values);
    assert.deepEqual(await inbox.next(), values);
  }
  if (mode === "websocket") assert.equal(socket.io.engine.transport.ws.extensions, "permessage-deflate");
});

for (const options of [{ serverMaxWindowBits: 10 }, { clientMaxWindowBits: 9 }, { serverNoContextTakeover: true, clientNoContextTakeover: true }, false]) {
  scenario(`the real client with perMessageDeflate ${JSON.stringify(options)}`, async ({ connect }) => {
    const socket = await connect({ perMessageDeflate: options && { threshold: 0, ...options } });
    assert.equal(socket.io.engine.transport.ws.extensions, options ? "permessage-deflate" : "");
    const inbox = inboxOf(socket, "message-back");
    for (const value of [long, "short", Buffer.alloc(3000), long + long]) {
      socket.emit("message", value);
      assert.deepEqual(await inbox.next(), [value]);
    }
  });
}

scenario("a poll is not compressed if all of its packets forbid it", async ({ poll, connect }) => {
  const session = await poll();
  await session.join();
  const sender = await connect();
  const send = (uncompressed) => sender.emitWithAck("send", { uncompressed }, "news", [long]);
  const coding = async () => (await session.send({ headers: { "accept-encoding": "gzip" } }).answer).headers["content-encoding"];
  await send(true);
  assert.equal(await coding(), undefined);
  await send(false);
  assert.equal(await coding(), "gzip");
  await send(true);
  await send(false);
  assert.equal(await coding(), "gzip");
});
