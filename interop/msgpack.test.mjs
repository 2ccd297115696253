// socket.io-msgpack-parser on both sides.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { connected, fence, refused } from "./harness/client.mjs";
import { next } from "./harness/deadline.mjs";
import { inboxOf } from "./harness/inbox.mjs";
import { msgpack as parser } from "./harness/parsers.mjs";
import { serving } from "./harness/scenario.mjs";
import { BINARY, FIN, RSV1, Wire, deflated, frame, inflated } from "./harness/wire.mjs";

const { scenario, overEachTransport, server } = serving({ PARSER: "msgpack" });

const recovering = serving({ PARSER: "msgpack", CONNECTION_STATE_RECOVERY: "60000" });
const deflating = serving({ PARSER: "msgpack", PER_MESSAGE_DEFLATE: "1024" });

const encode = (packet) => new parser.Encoder().encode(packet)[0];

function decode(frame) {
  const decoder = new parser.Decoder();
  let packet;
  decoder.on("decoded", (decoded) => (packet = decoded));
  decoder.add(frame);
  return packet;
}

const samples = {
  "no arguments": [],
  scalars: [null, true, false, 0, -1, "", "text", "größe ☃ 😀 \u0000\u001e"],
  integers: [127, 128, 255, 256, 65535, 65536, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 1e18],
  "negative integers": [-32, -33, -128, -129, -32768, -32769, -(2 ** 31), -(2 ** 31) - 1, -(2 ** 53)],
  floats: [1.5, -0.25, 0.1, 5e-324, 1e-7],
  "arrays and objects": [[], {}, [[[1]], { a: { b: [null] } }], Array.from({ length: 70_000 }, (_, i) => i % 7)],
  "large objects": [Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`key ${i}`, { i }]))],
  "long texts": ["x".repeat(31), "x".repeat(32), "é".repeat(128), "x".repeat(70_000)],
  "one buffer": [Buffer.from([1, 2, 3])],
  "buffers of all sizes": [Buffer.alloc(0), Buffer.alloc(255, 1), Buffer.alloc(256, 2), randomBytes(70_000)],
  "buffers among other values": ["text", Buffer.from("one"), { n: 1, two: [Buffer.from("two")] }, null, [Buffer.from("three"), 4]],
  "more buffers than may be attached": [Array.from({ length: 50 }, (_, i) => Buffer.from([i]))],
  "objects that look like placeholders": [{ _placeholder: true, num: 0 }, Buffer.from("x"), { num: 0, _placeholder: true }],
};

for (const [what, args] of Object.entries(samples)) {
  overEachTransport(`msgpack: an event carries ${what} both ways`, async ({ connect }) => {
    const socket = await connect({ parser });
    const back = inboxOf(socket, "message-back");
    socket.emit("message", ...args);
    assert.deepEqual(await back.next(), args);
  });

  overEachTransport(`msgpack: acknowledgements carry ${what} both ways`, async ({ connect }) => {
    const socket = await connect({ parser });
    const answer = new Promise((resolve) => socket.emit("message-with-ack", ...args, (...got) => resolve(got)));
    await fence(socket);
    assert.deepEqual(await answer, args);
    const answers = inboxOf(socket, "answer");
    socket.on("question", (...question) => question.pop()(...question));
    socket.emit("ask-me", 4000, ...args);
    assert.deepEqual(await answers.next(), args);
  });
}

overEachTransport("msgpack: a view of an ArrayBuffer arrives as bytes", async ({ connect }) => {
  const socket = await connect({ parser });
  const back = inboxOf(socket, "message-back");
  socket.emit("message", Uint8Array.from([9, 8, 7]));
  const [[bytes]] = [await back.next()];
  assert.deepEqual(Buffer.from(bytes), Buffer.from([9, 8, 7]));
});

overEachTransport("msgpack: 100 events keep their order", async ({ connect }) => {
  const socket = await connect({ parser });
  const back = inboxOf(socket, "message-back");
  const sent = Array.from({ length: 100 }, (_, i) => [i, i % 2 ? Buffer.from([i]) : "text"]);
  for (const args of sent) socket.emit("message", ...args);
  assert.deepEqual(await back.take(100), sent);
});

overEachTransport("msgpack: namespaces are joined with auth, refused and left", async ({ connect, client }) => {
  const socket = await connect({ parser });
  const error = await refused(client({ parser, namespace: "/auth", auth: { token: "wrong" } }));
  assert.deepEqual([error.message, error.data], ["not authorised", { code: 401 }]);
  const nowhere = await refused(client({ parser, namespace: "/nowhere" }));
  assert.deepEqual([nowhere.message, nowhere.data], ["Invalid namespace", undefined]);
  const inside = client({ parser, namespace: "/auth", auth: { token: "secret", n: 1.5 } });
  const auth = inboxOf(inside, "auth");
  await connected(inside);
  assert.deepEqual(await auth.next(), [{ token: "secret", n: 1.5 }]);
  const other = await connected(socket.io.socket("/custom"));
  const { id } = other;
  other.disconnect();
  assert.equal(await server.reason(id), "client namespace disconnect");
  const gone = next(socket, "disconnect");
  socket.emit("disconnect-me", true);
  assert.equal((await gone)[0], "io server disconnect");
});

overEachTransport("msgpack: a room gets events with bytes, and answers as one", async ({ connect }) => {
  const sender = await connect({ parser, namespace: "/rooms" });
  const members = await Promise.all([1, 2].map(() => connect({ parser, namespace: "/rooms" })));
  const room = `room of ${sender.id}`;
  const inboxes = members.map((member) => inboxOf(member, "news"));
  for (const member of members) await member.emitWithAck("join", room);
  await sender.emitWithAck("send", { rooms: [room] }, "news", ["hello", Buffer.from("bytes")]);
  for (const inbox of inboxes) assert.deepEqual(await inbox.next(), ["hello", Buffer.from("bytes")]);
  members.forEach((member, i) => member.on("question", (text, answer) => answer(`${text} ${i}`)));
  const answers = await new Promise((resolve) => sender.emit("ask-all", { rooms: [room] }, 4000, ["who?"], (all, list) => resolve([all, list.sort()])));
  assert.deepEqual(answers, [true, ["who? 0", "who? 1"]]);
});

async function joined(frames) {
  const session = await frames();
  await session.handshake();
  session.send(encode({ type: 0, nsp: "/" }));
  const { type, nsp, data } = decode(await session.next());
  assert.deepEqual({ type, nsp }, { type: 0, nsp: "/" });
  session.id = data.sid;
  assert.deepEqual(decode(await session.next()), { type: 2, data: ["auth", {}], nsp: "/" });
  return session;
}

scenario("msgpack: the server's frames are the same byte for byte", async ({ frames }) => {
  const session = await joined(frames);
  const args = [1, -1, 1.5, "text", null, [Buffer.from("x")], { a: { b: 2 ** 40 } }, "x".repeat(300)];
  session.send(encode({ type: 2, data: ["message", ...args], nsp: "/" }));
  assert.deepEqual(await session.next(), encode({ type: 2, data: ["message-back", ...args], nsp: "/" }));
  session.send(encode({ type: 2, data: ["message-with-ack", ...args], options: { compress: true }, id: 300, nsp: "/" }));
  assert.deepEqual(await session.next(), encode({ id: 300, type: 3, data: args, nsp: "/" }));
  session.send(encode({ type: 2, data: ["ask-me", 4000, 7], nsp: "/" }));
  const question = await session.next();
  const { id } = decode(question);
  assert.deepEqual(question, encode({ type: 2, data: ["question", 7], id, nsp: "/" }));
  session.send(encode({ type: 2, data: ["disconnect-me", false], nsp: "/" }));
  assert.deepEqual(await session.next(), encode({ type: 1, nsp: "/" }));
});

scenario("msgpack: over polling each packet is b and base64", async ({ poll }) => {
  const session = await poll();
  const packet = (value) => `b${encode(value).toString("base64")}`;
  await session.post(packet({ type: 0, nsp: "/" }), packet({ type: 0, nsp: "/custom" }));
  const event = packet({ type: 2, data: ["auth", {}], nsp: "/custom" });
  const packets = await session.readUntil((one) => one === event);
  assert.ok(packets.every((one) => one.startsWith("b")));
  await session.post(packet({ type: 2, data: ["message", 1], nsp: "/" }), packet({ type: 2, data: ["message", 2], nsp: "/custom" }));
  const last = packet({ type: 2, data: ["message-back", 2], nsp: "/custom" });
  const backs = await session.readUntil((one) => one === last);
  assert.deepEqual(backs, [packet({ type: 2, data: ["message-back", 1], nsp: "/" }), last]);
});

deflating.scenario("msgpack: packets are compressed on WebSocket", async ({ keep, server }) => {
  const wire = keep(await Wire.open(server));
  await wire.next(); // the open packet
  wire.send(frame(FIN | BINARY, encode({ type: 0, nsp: "/" })));
  await wire.next(); // the connection
  await wire.next(); // the "auth" event
  const text = "word ".repeat(1000);
  wire.send(frame(FIN | RSV1 | BINARY, deflated(encode({ type: 2, data: ["message", text], nsp: "/" }))));
  const { first, payload } = await wire.next();
  assert.equal(first, FIN | RSV1 | BINARY);
  assert.deepEqual(inflated(payload), encode({ type: 2, data: ["message-back", text], nsp: "/" }));
});

recovering.overEachTransport("msgpack: a client that was away gets what it missed", async ({ connect, server }) => {
  const [socket, sender] = [await connect({ parser }), await connect({ parser })];
  const { id } = socket;
  const news = inboxOf(socket, "news");
  const tell = (...args) => sender.emitWithAck("send", {}, "news", args);
  await tell("before", Buffer.from("1"));
  const [before, bytes] = await news.next();
  assert.deepEqual([before, bytes], ["before", Buffer.from("1")]);
  const gone = next(socket, "disconnect");
  socket.io.engine.close();
  await gone;
  await server.reason(id);
  await tell("meanwhile", Buffer.from("2"));
  await connected(socket);
  assert.deepEqual([socket.recovered, socket.id], [true, id]);
  assert.deepEqual((await news.next()).slice(0, 2), ["meanwhile", Buffer.from("2")]);
});

const nested = (levels) => Buffer.concat([Buffer.from("83a47479706502a36e7370a12fa464617461", "hex"), Buffer.alloc(levels, 0x91), Buffer.from([0xc0])]);

const unreadable = {
  "text": '42["message"]',
  "random bytes": Buffer.from("c1c1c1", "hex"),
  "no map": Buffer.from([2]),
  "a cut packet": encode({ type: 2, data: ["message", 1], nsp: "/" }).subarray(0, -1),
  "a packet with something behind it": Buffer.concat([encode({ type: 2, data: ["message"], nsp: "/" }), Buffer.from([0])]),
  "an unknown type": encode({ type: 5, data: ["message"], nsp: "/" }),
  "no type": encode({ data: ["message"], nsp: "/" }),
  "no namespace": encode({ type: 2, data: ["message"] }),
  "an event that is no array": encode({ type: 2, data: { a: 1 }, nsp: "/" }),
  "an event without data": encode({ type: 2, nsp: "/" }),
  "an answer without data": encode({ type: 3, id: 1, nsp: "/" }),
  "an id that is a text": encode({ type: 2, data: ["message"], id: "1", nsp: "/" }),
  "an id that is null": encode({ type: 2, data: ["message"], id: null, nsp: "/" }),
  "a disconnect with a payload": encode({ type: 1, data: {}, nsp: "/" }),
  "a connect with a text": encode({ type: 0, data: "token", nsp: "/custom" }),
  "a connect with null": encode({ type: 0, data: null, nsp: "/custom" }),
  "bottomless nesting": nested(900_000),
  "4 GiB that are not there": Buffer.from("83a47479706502a36e7370a12fa464617461ddffffffff", "hex"),
};

for (const [what, frame] of Object.entries(unreadable)) {
  scenario(`msgpack: ${what} closes the connection`, async ({ frames }) => {
    const session = await joined(frames);
    session.send(frame);
    assert.deepEqual(await session.closed(), { code: 1005, reason: "" });
    assert.equal(await server.reason(session.id), "forced close");
  });
}
