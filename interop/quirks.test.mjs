// What socket.io does and salon should not copy. Run for the reference only, so that we notice when it changes.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { connected } from "./harness/client.mjs";
import { next, within } from "./harness/deadline.mjs";
import { FrameSession } from "./harness/frames.mjs";
import { inboxOf } from "./harness/inbox.mjs";
import { msgpack } from "./harness/parsers.mjs";
import { comeBack, known } from "./harness/recovery.mjs";
import { serving } from "./harness/scenario.mjs";
import { TestServer } from "./harness/server.mjs";
import { FIN, RSV1, TEXT, Wire } from "./harness/wire.mjs";
import { JavaScriptClient } from "./matrix/javascript.mjs";

const { scenario, server } = serving({ PING_INTERVAL: "300", PING_TIMEOUT: "200" });
const quiet = serving();
const deflating = serving({ PER_MESSAGE_DEFLATE: "1024" });
const recovering = serving({ CONNECTION_STATE_RECOVERY: "60000" });
const old = serving({ ALLOW_EIO3: "1", PING_INTERVAL: "300", PING_TIMEOUT: "200" });

const patient = serving({ PING_INTERVAL: "20000", PING_TIMEOUT: "300" });

const packed = serving({ PARSER: "msgpack" });

// Handlers see dates and undefined, which JSON has no form for.
packed.scenario("with msgpack dates and undefined come back as such", async ({ connect }) => {
  const socket = await connect({ parser: msgpack });
  const back = inboxOf(socket, "message-back");
  socket.emit("message", new Date(0), undefined, { a: undefined }, NaN);
  assert.deepEqual(await back.next(), [new Date(0), undefined, { a: undefined }, NaN]);
});

// The parser for JSON forbids these names since CVE-2023-32695; the one for msgpack never did.
packed.scenario("with msgpack a client may call the server's own disconnect handlers", async ({ connect }) => {
  const socket = await connect({ parser: msgpack });
  socket.io._packet({ type: 2, nsp: "/", data: ["disconnect", "made up"] });
  assert.equal(await packed.server.reason(socket.id), "made up");
});

// Over WebSocket a close packet is forgotten, and the session lingers until it misses a pong.
// Salon may end it at once; real clients close the WebSocket instead.
scenario("a close packet over WebSocket is ignored until the ping timeout", async ({ frames }) => {
  const session = await frames();
  await session.handshake();
  const id = await session.join();
  session.send("1", '421["message-with-ack"]');
  assert.equal(await session.next(), "431[]");
  assert.equal(await server.reason(id), "ping timeout");
});

// `upgraded` is false for a session that began on WebSocket, so whoever knows the id may take it over.
quiet.scenario("a session that began on WebSocket is taken over by a second WebSocket", async ({ frames }) => {
  const first = await frames();
  const { sid } = await first.handshake();
  await first.join();
  const second = await frames({ sid });
  second.send("2probe");
  assert.equal(await second.next(), "3probe");
  second.send("5", '421["message-with-ack"]');
  assert.equal(await second.next(), "431[]");
  assert.equal((await first.closed()).code, 1005);
});

// The protocol is checked after the WebSocket handshake, so the refusal is HTTP written into a WebSocket.
quiet.scenario("a WebSocket of a wrong protocol is switched first and refused in HTTP afterwards", async ({ server }) => {
  const socket = connect(server.port, "127.0.0.1");
  let text = "";
  socket.setEncoding("latin1").on("data", (chunk) => (text += chunk));
  socket.write(
    "GET /socket.io/?EIO=3&transport=websocket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  );
  await next(socket, "close");
  const statuses = [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
  assert.deepEqual(statuses, ["101", "400"]);
  assert.ok(text.endsWith("\r\n\r\nUnsupported protocol version"));
});

// Number(" ") is 0, so a space counts as a digit of the acknowledgement id.
quiet.scenario("a space is taken for an acknowledgement id of 0", async ({ frames }) => {
  const session = await frames();
  await session.handshake();
  await session.join();
  session.send('42 ["message-with-ack"]');
  assert.equal(await session.next(), "430[]");
});

// The timer is cleared with the transport, and a ping by the client only starts one that is there.
old.scenario("a client of protocol 3 that falls silent after its upgrade is never noticed", async ({ server, keep }) => {
  const client = keep(JavaScriptClient.to(server, { version: "2.5", mode: "upgrade" }));
  await client.connect();
  await client.settled();
  client.fallSilent();
  await assert.rejects(server.reason(client.id, 1500), /waited/);
  assert.deepEqual(await client.ask("message-with-ack", "still here"), ["still here"]);
});

// Nothing of it is left that could break, and the next ping is far away.
patient.scenario("a client that goes before its switch is asked when the next ping is due", async ({ server, poll, frames }) => {
  const session = await poll();
  const id = await session.join();
  const websocket = await frames({ sid: session.sid });
  websocket.send("2probe");
  assert.equal(await websocket.next(), "3probe");
  websocket.abort();
  await assert.rejects(server.reason(id, 1500), /waited/);
});

old.scenario("a client that cannot read binary frames gets base64 over WebSocket", async ({ frames }) => {
  const session = await frames({ EIO: 3, b64: 1 });
  await session.frames.take(3);
  session.send('451-["message",{"_placeholder":true,"num":0}]', "b4AQI=");
  assert.deepEqual((await session.frames.take(2))[1], "b4AQI=");
});

old.scenario("a client of protocol 3 that is in a namespace must not ask for it again", async ({ frames }) => {
  const session = await frames({ EIO: 3 });
  await session.frames.take(3);
  session.send("40");
  await session.closed();
});

// The namespace is entered only in the next turn of the event loop.
quiet.scenario("two connects in one body are both accepted", async ({ poll }) => {
  const session = await poll();
  await session.post("40", "40");
  const packets = await session.readUntil((packet) => packet.startsWith("42"));
  assert.equal(packets.filter((packet) => packet.startsWith("40")).length, 2);
});

quiet.scenario("an event in the same body as the connect closes the connection", async ({ poll }) => {
  const session = await poll();
  await session.post("40", '42["message"]');
  assert.equal((await session.get()).body, "6\x1e1");
});

// Node decodes leniently; salon may refuse such a body.
quiet.scenario("bytes of a POST that are not UTF-8 become replacement characters", async ({ poll }) => {
  const session = await poll();
  await session.join();
  await session.postBody(Buffer.concat([Buffer.from('42["message","'), Buffer.from([0xff]), Buffer.from('"]')]));
  assert.equal((await session.get()).body, '42["message-back","\ufffd"]');
});

// Engine.IO 6.6.9 and later do not hand the flag on to `ws`.
deflating.scenario("a message that forbids it is compressed on WebSocket all the same", async ({ keep }) => {
  const wire = keep(await Wire.open(deflating.server));
  await wire.join();
  wire.sendText(`420["send",{"sender":true,"uncompressed":true},"news",["${"x".repeat(5000)}"]]`);
  assert.equal((await wire.next()).first, FIN | RSV1 | TEXT);
});

// Numbers are read as JavaScript does; RFC 7692 knows only the plain form.
deflating.scenario("the size of a window may be written in any way", async ({ keep }) => {
  for (const bits of ["010", "1e1", "0xa"]) {
    const wire = keep(await Wire.open(deflating.server, { offers: [`permessage-deflate; server_max_window_bits=${bits}`] }));
    assert.match(wire.extensions, /; server_max_window_bits=10;/);
  }
});

// Buffer.from skips what is not base64.
quiet.scenario("what is not base64 is skipped", async ({ frames }) => {
  const session = await frames();
  await session.handshake();
  await session.join();
  session.send('451-["message",{"_placeholder":true,"num":0}]', "bA!Q==");
  await session.next();
  assert.deepEqual(await session.next(), Buffer.from([1]));
});

// Salon must refuse such a message and live.
test("an echo of deeply nested JSON ends the whole server", async () => {
  const server = new TestServer({ PING_TIMEOUT: "20000" });
  await server.start();
  try {
    const session = await FrameSession.open(server);
    await session.handshake();
    await session.join();
    const depth = 100_000;
    session.send(`42["message",${"[".repeat(depth)}${"]".repeat(depth)}]`);
    await session.closed();
    await within(server.ended, "the server to end");
    assert.match(server.output.join("\n"), /RangeError: Maximum call stack size exceeded/);
  } finally {
    await server.kill();
  }
});

// The client names no offset until it has got an event; without one nothing is restored.
recovering.scenario("a client that has got no event connects anew", async ({ frames, server }) => {
  const session = await frames();
  const { sid, pid } = await known(session);
  session.abort();
  await server.reason(sid);
  assert.notEqual((await comeBack(frames, { pid })).sid, sid);
});

// Its state is kept only when the old connection has ended, up to 45 s after it broke.
recovering.scenario("a client that is back before its old connection is given up connects anew", async ({ frames }) => {
  const { sid, pid, offset } = await known(await frames());
  assert.notEqual((await comeBack(frames, { pid, offset })).sid, sid);
});

// The client takes the text for an offset, repeats it, and is not known by it.
recovering.scenario("a volatile event that ends with text spoils the recovery", async ({ connect, server }) => {
  const socket = await connect();
  await socket.emitWithAck("send", { sender: true }, "news", ["kept"]);
  await socket.emitWithAck("send", { sender: true, volatile: true }, "news", ["text"]);
  const { id } = socket;
  const gone = next(socket, "disconnect");
  socket.io.engine.close();
  await gone;
  await server.reason(id);
  const back = next(socket, "connect");
  socket.connect();
  await back;
  assert.equal(socket.recovered, false);
});

// Salon has all values.
recovering.scenario("an answer to a broadcast has its first value only", async ({ connect }) => {
  const socket = await connect();
  socket.on("question", (reply) => reply("first", "second"));
  // Only itself: a session of the test before this one may still be there.
  const target = { sender: true, rooms: [socket.id] };
  const answer = new Promise((resolve) => socket.emit("ask-all", target, 4000, [], (...result) => resolve(result)));
  assert.deepEqual(await within(answer, "the answers"), [true, ["first"]]);
});

// Once the namespace is there, it is one like any other.
quiet.scenario("a function that decides by auth data is asked about the first client only", async ({ client }) => {
  await connected(client({ namespace: "/asked-for", auth: { token: "secret" } }));
  await connected(client({ namespace: "/asked-for", auth: { token: "wrong" } }));
});

// The socket emits "error" on the server, and nobody calls the acknowledgement.
quiet.scenario("an event that a middleware refuses is never acknowledged", async ({ connect }) => {
  const socket = await connect({ namespace: "/handlers" });
  const answer = socket.timeout(500).emitWithAck("forbidden");
  await assert.rejects(answer, /timed out/);
});
