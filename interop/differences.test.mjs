// Where salon differs from socket.io on purpose: each test stands in docs/differences-from-node.md. Not run for the reference.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { connected, refused } from "./harness/client.mjs";
import { refusedUpgrade } from "./harness/frames.mjs";
import { inboxOf } from "./harness/inbox.mjs";
import { LegacySession } from "./harness/legacy.mjs";
import { msgpack } from "./harness/parsers.mjs";
import { request } from "./harness/polling.mjs";
import { comeBack, known } from "./harness/recovery.mjs";
import { serving } from "./harness/scenario.mjs";
import { BINARY, FIN, RSV1, TEXT, Wire, frame } from "./harness/wire.mjs";

const { scenario, server } = serving();
const open = serving({ CORS_ORIGIN: "http://example.com" });
const deflating = serving({ PER_MESSAGE_DEFLATE: "1024" });
const recovering = serving({ CONNECTION_STATE_RECOVERY: "60000" });
const old = serving({ ALLOW_EIO3: "1", PING_INTERVAL: "300", PING_TIMEOUT: "200" });
const polling = { EIO: 4, transport: "polling" };

const patient = serving({ PING_INTERVAL: "20000", PING_TIMEOUT: "300" });

const packed = serving({ PARSER: "msgpack" });

packed.scenario("with msgpack data is what JSON.stringify would make of it", async ({ connect }) => {
  const socket = await connect({ parser: msgpack });
  const back = inboxOf(socket, "message-back");
  socket.emit("message", new Date(0), undefined, { a: undefined }, NaN, -0);
  assert.deepEqual(await back.next(), ["1970-01-01T00:00:00.000Z", null, {}, null, 0]);
});

packed.scenario("with msgpack a client may not emit reserved events either", async ({ connect }) => {
  for (const data of [["disconnect", "made up"], [], [null]]) {
    const socket = await connect({ parser: msgpack });
    const { id } = socket;
    socket.io._packet({ type: 2, nsp: "/", data });
    assert.equal(await packed.server.reason(id), "forced close");
  }
});

async function joined(frames) {
  const session = await frames();
  session.sid = (await session.handshake()).sid;
  session.id = await session.join();
  return session;
}

scenario("a WebSocket of a wrong protocol is refused before it is switched", async () => {
  const answer = await refusedUpgrade(server, { EIO: 3, transport: "websocket" });
  assert.equal(answer.status, "HTTP/1.1 400 Bad Request");
  assert.equal(answer.body, "Unsupported protocol version");
});

scenario("header names are in lower case and every answer has a date", async () => {
  const answer = await refusedUpgrade(server, { EIO: 4, transport: "abc" });
  const names = answer.headers.map((line) => line.split(":")[0]);
  assert.deepEqual(names.sort(), ["connection", "content-length", "content-type", "date"]);
});

scenario("an upgrade to something else is not one", async () => {
  const headers = { connection: "Upgrade, HTTP2-Settings", upgrade: "h2c", "http2-settings": "AAMAAABkAAQAAP__" };
  const answer = await request(server, { query: polling, headers });
  assert.deepEqual([answer.status, answer.body.slice(0, 8)], [200, '0{"sid":']);
});

scenario("an incomplete WebSocket handshake is a bad request", async () => {
  for (const name of ["Sec-WebSocket-Key", "Sec-WebSocket-Version"]) {
    const answer = await refusedUpgrade(server, { EIO: 4, transport: "websocket" }, { headers: { [name]: undefined } });
    assert.deepEqual([answer.status, answer.body], ["HTTP/1.1 400 Bad Request", "Bad request"], name);
  }
});

open.scenario("a preflight's answer has no content-length", async ({ server }) => {
  const headers = { origin: "http://example.com", "access-control-request-method": "POST" };
  const preflight = await request(server, { method: "OPTIONS", query: polling, headers });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers["content-length"], undefined);
});

scenario("the client's files are not served", async () => {
  const answer = await request(server, { path: "/socket.io/socket.io.js" });
  assert.deepEqual([answer.status, answer.json.message], [400, "Transport unknown"]);
});

old.scenario("a client of protocol 3 that falls silent after its upgrade is noticed", async ({ server, keep, frames }) => {
  const session = keep(await LegacySession.open(server));
  const socket = await frames({ EIO: 3, sid: session.sid });
  socket.send("5");
  assert.equal(await server.reason(session.sid), "ping timeout");
});

patient.scenario("a client that goes before its switch is asked at once", async ({ server, poll, frames }) => {
  const session = await poll();
  const id = await session.join();
  const websocket = await frames({ sid: session.sid });
  websocket.send("2probe");
  assert.equal(await websocket.next(), "3probe");
  websocket.abort();
  assert.equal(await server.reason(id), "ping timeout");
});

old.scenario("a client of protocol 3 may ask twice for a namespace", async ({ frames }) => {
  const session = await frames({ EIO: 3 });
  await session.frames.take(3);
  session.send("40", "40/custom", "40/custom", '420["message-with-ack"]');
  assert.deepEqual(await session.frames.take(3), ["40/custom,", '42/custom,["auth",{}]', "430[]"]);
});

old.scenario("binary data over WebSocket is never base64", async ({ frames }) => {
  const session = await frames({ EIO: 3, b64: 1 });
  await session.frames.take(3);
  session.send('451-["message",{"_placeholder":true,"num":0}]', "b4AQI=");
  assert.deepEqual((await session.frames.take(2))[1], Buffer.from([4, 1, 2]));
});

scenario("a session that began on WebSocket is not taken over", async ({ frames }) => {
  const first = await joined(frames);
  const second = await frames({ sid: first.sid });
  assert.equal((await second.closed()).code, 1005);
  first.send('421["message-with-ack"]');
  assert.equal(await first.next(), "431[]");
});

scenario("a body that is not UTF-8 ends the session", async ({ poll }) => {
  const session = await poll();
  const id = await session.join();
  await session.postBody(Buffer.concat([Buffer.from('42["message","'), Buffer.from([0xff]), Buffer.from('"]')]));
  assert.equal(await server.reason(id), "parse error");
});

scenario("bytes that are not base64 end the session", async ({ frames }) => {
  const session = await joined(frames);
  session.send('451-["message",{"_placeholder":true,"num":0}]', "bA!Q==");
  assert.equal(await server.reason(session.id), "parse error");
});

scenario("two connects in one body close the connection", async ({ poll }) => {
  const session = await poll();
  await session.post("40", "40");
  assert.equal((await session.readUntil((packet) => packet === "1")).at(-1), "1");
});

scenario("an event in the same body as the connect is handled", async ({ poll }) => {
  const session = await poll();
  await session.post("40", '421["message-with-ack"]');
  const packets = await session.readUntil((packet) => packet === "431[]");
  assert.match(packets[0], /^40\{"sid"/);
});

scenario("a space is not taken for an acknowledgement id", async ({ frames }) => {
  const session = await joined(frames);
  session.send('42 ["message-with-ack"]', '421["message-with-ack","fence"]');
  assert.equal(await session.next(), '431["fence"]');
});

scenario("an acknowledgement id is repeated exactly up to 64 bits", async ({ frames }) => {
  const session = await joined(frames);
  session.send('4218446744073709551615["message-with-ack"]');
  assert.equal(await session.next(), "4318446744073709551615[]");
});

scenario("an acknowledgement id beyond 64 bits closes the connection", async ({ frames }) => {
  const session = await joined(frames);
  session.send('4218446744073709551616["message-with-ack"]');
  await session.closed();
  assert.equal(await server.reason(session.id), "forced close");
});

scenario("JSON may be nested 127 deep and no deeper", async ({ frames }) => {
  const nested = (depth) => `421["message-with-ack",${"[".repeat(depth)}${"]".repeat(depth)}]`;
  const session = await joined(frames);
  session.send(nested(126));
  assert.match(await session.next(), /^431\[\[\[/);
  for (const depth of [127, 100_000]) {
    const deep = await joined(frames);
    deep.send(nested(depth));
    await deep.closed();
    assert.equal(await server.reason(deep.id), "forced close");
  }
});

scenario("half of a surrogate pair does not fit a text and is answered with an error", async ({ frames }) => {
  const session = await joined(frames);
  session.send('421["message-with-ack","\\ud800"]');
  assert.match(await session.next(), /^431\[\{"error":"invalid data: /);
});

scenario("the body of a poll is compressed up to 256 KiB", async ({ poll }) => {
  const session = await poll();
  await session.join();
  for (const [length, coding] of [[200_000, "gzip"], [300_000, undefined]]) {
    await session.post(`42["message","${"x".repeat(length)}"]`);
    const answer = await session.send({ headers: { "accept-encoding": "gzip" } }).answer;
    assert.equal(answer.headers["content-encoding"], coding);
  }
});

async function compressed(keep) {
  const wire = keep(await Wire.open(deflating.server));
  await wire.join();
  return wire;
}

deflating.scenario("a message that forbids it is not compressed on WebSocket", async ({ keep }) => {
  const wire = await compressed(keep);
  wire.sendText(`420["send",{"sender":true,"uncompressed":true},"news",["${"x".repeat(5000)}"]]`);
  assert.equal((await wire.next()).first, FIN | TEXT);
});

deflating.scenario("a message that would not become smaller is not compressed", async ({ keep }) => {
  const wire = await compressed(keep);
  wire.sendText('451-["message",{"_placeholder":true,"num":0}]');
  const noise = randomBytes(5000);
  wire.send(frame(FIN | BINARY, noise));
  await wire.next();
  const { first, payload } = await wire.next();
  assert.equal(first, FIN | BINARY);
  assert.deepEqual(payload, noise);
});

deflating.scenario("messages are compressed up to 256 KiB", async ({ keep }) => {
  const wire = await compressed(keep);
  for (const [length, first] of [[200_000, FIN | RSV1 | TEXT], [300_000, FIN | TEXT]]) {
    wire.sendText(`42["message","${"x".repeat(length)}"]`);
    assert.equal((await wire.next()).first, first);
  }
});

deflating.scenario("a message beyond the window that the client asks for is not compressed", async ({ keep }) => {
  const wire = keep(await Wire.open(deflating.server, { offers: ["permessage-deflate; server_max_window_bits=11"] }));
  await wire.join();
  for (const [length, first] of [[2_000, FIN | RSV1 | TEXT], [2_100, FIN | TEXT]]) {
    wire.sendText(`42["message","${"x".repeat(length)}"]`);
    assert.equal((await wire.next()).first, first);
  }
});

deflating.scenario("the size of a window is a plain number", async ({ keep }) => {
  for (const bits of ["010", "1e1", "0xa", "+9", "8.0"]) {
    const wire = keep(await Wire.open(deflating.server, { offers: [`permessage-deflate; server_max_window_bits=${bits}`] }));
    assert.equal(wire.status, 400);
  }
});

recovering.scenario("a client that was away comes back without having got an event", async ({ frames, server }) => {
  const session = await frames();
  const { sid, pid } = await known(session);
  session.abort();
  await server.reason(sid);
  const back = await comeBack(frames, { pid });
  assert.equal(back.sid, sid);
  assert.match(back.before.join(), /^42\["auth",\{\},"\w+"\]$/);
});

recovering.scenario("a client that was away comes back before its old connection is given up", async ({ frames, server }) => {
  const { sid, pid, offset } = await known(await frames());
  const back = await comeBack(frames, { pid, offset });
  assert.equal(back.sid, sid);
  assert.equal(await server.reason(sid), "transport close");
});

recovering.scenario("a volatile event does not end with text that could be taken for an offset", async ({ frames }) => {
  const session = await frames();
  await known(session);
  const answers = ['"news",null', '"news","text",null', '"news","text",1'];
  for (const [i, args] of ["[]", '["text"]', '["text",1]'].entries()) {
    session.send(`42${i}["send",{"sender":true,"volatile":true},"news",${args}]`);
    assert.equal(await session.next(), `42[${answers[i]}]`);
    assert.equal(await session.next(), `43${i}[]`);
  }
});

scenario("a function that decides by auth data is asked about each client", async ({ client }) => {
  await connected(client({ namespace: "/asked-for", auth: { token: "secret" } }));
  const error = await refused(client({ namespace: "/asked-for", auth: { token: "wrong" } }));
  assert.equal(error.message, "Invalid namespace");
  await connected(client({ namespace: "/asked-for", auth: { token: "secret" } }));
});

scenario("an event that a middleware refuses is answered with the error", async ({ connect }) => {
  const socket = await connect({ namespace: "/handlers" });
  assert.deepEqual(await socket.timeout(5000).emitWithAck("forbidden"), { error: "forbidden" });
});
