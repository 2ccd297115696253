// Engine.IO protocol 3 and Socket.IO protocol 4 on the wire: what clients of versions 1 and 2 speak.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { LegacySession, packetsOf } from "./harness/legacy.mjs";
import { request } from "./harness/polling.mjs";
import { serving } from "./harness/scenario.mjs";

const polling = { EIO: 3, transport: "polling" };
const { scenario } = serving({ ALLOW_EIO3: "1" });
const beating = serving({ ALLOW_EIO3: "1", PING_INTERVAL: "300", PING_TIMEOUT: "200" });
const refusing = serving();

const open = async (world, query) => world.keep(await LegacySession.open(world.server, query));

/** A session that has read the consent to `/` and the event "auth". */
async function joined(world, query = { b64: 1 }) {
  const session = await open(world, query);
  assert.deepEqual(await session.take(2), ["40", '42["auth",{}]']);
  return session;
}

async function joinedFrames(world, query) {
  const session = await world.frames({ EIO: 3, ...query });
  session.sid = JSON.parse((await session.frames.next()).slice(1)).sid;
  assert.deepEqual(await session.frames.take(2), ["40", '42["auth",{}]']);
  return session;
}

refusing.scenario("trap 4: protocol 3 must be allowed", async ({ server }) => {
  for (const query of [polling, { transport: "polling" }, { ...polling, EIO: "5" }]) {
    const answer = await request(server, { query });
    assert.equal(answer.status, 400);
    assert.deepEqual(answer.json, { code: 5, message: "Unsupported protocol version" });
  }
});

scenario("trap 4: whatever is not protocol 4 is protocol 3", async ({ server }) => {
  for (const EIO of ["3", "", "abc", "04", "5"]) {
    const answer = await request(server, { query: { ...polling, EIO } });
    assert.match(answer.body, /^\d+:0\{/, EIO);
  }
});

scenario("the open packet is alone in its body", async (world) => {
  const session = await open(world);
  const [packet, ...more] = packetsOf(session.opening.body);
  assert.equal(session.opening.headers["content-type"], "text/plain; charset=UTF-8");
  assert.deepEqual(more, []);
  const handshake = JSON.parse(packet.slice(1));
  assert.deepEqual(handshake, {
    sid: session.sid,
    upgrades: ["websocket"],
    pingInterval: 25_000,
    pingTimeout: 20_000,
    maxPayload: 1_000_000,
  });
});

scenario("a session keeps its protocol", async (world) => {
  const session = await open(world);
  const { json } = await request(world.server, { query: { ...polling, EIO: 4, sid: session.sid } });
  assert.deepEqual(json, { code: 3, message: "Bad request" });
  const recent = await world.poll();
  const answer = await request(world.server, { query: { ...polling, sid: recent.sid } });
  assert.deepEqual(answer.json, { code: 3, message: "Bad request" });
});

scenario("the client is in the namespace / without asking", async (world) => {
  await joined(world);
  await joinedFrames(world);
});

scenario("trap 15: lengths count UTF-16 code units", async (world) => {
  const session = await joined(world);
  await session.post('42["message","é€😀"]', "6");
  assert.deepEqual(await session.packets(), ['42["message-back","é€😀"]']);
});

scenario("trap 15: binary data is base64 for a client that wants text", async (world) => {
  const session = await joined(world);
  await session.post('451-["message",{"_placeholder":true,"num":0}]', "b4AQIDBA==");
  const answer = await session.get();
  assert.equal(answer.headers["content-type"], "text/plain; charset=UTF-8");
  assert.deepEqual(packetsOf(answer.body), ['451-["message-back",{"_placeholder":true,"num":0}]', "b4AQIDBA=="]);
});

/** A piece of a body in bytes. */
function piece(kind, data) {
  const digits = String(data.length).split("").map(Number);
  return Buffer.concat([Buffer.from([kind, ...digits, 255]), data]);
}

scenario("binary data comes as it is to a client that takes it", async (world) => {
  const session = await joined(world, {});
  const text = '451-["message",{"_placeholder":true,"num":0},"é"]';
  const data = Buffer.from([4, 1, 2, 3, 255]);
  const body = Buffer.concat([piece(0, Buffer.from(text)), piece(1, data)]);
  assert.equal((await session.postBody(body, "application/octet-stream")).body, "ok");
  const answer = await session.get();
  assert.equal(answer.headers["content-type"], "application/octet-stream");
  const back = Buffer.from(text.replace("message", "message-back"));
  assert.deepEqual(answer.bytes, Buffer.concat([piece(0, back), piece(1, data)]));
});

scenario("trap 15: a frame of binary data begins with its type", async (world) => {
  const session = await joinedFrames(world);
  session.send('451-["message",{"_placeholder":true,"num":0}]', Buffer.from([4, 1, 2]));
  assert.equal(await session.frames.next(), '451-["message-back",{"_placeholder":true,"num":0}]');
  assert.deepEqual(await session.frames.next(), Buffer.from([4, 1, 2]));
});

for (const body of ["", "abc", "x:4a", "9:4a", "1:67", "1:9"]) {
  scenario(`the body ${JSON.stringify(body)} ends the session`, async (world) => {
    const session = await joined(world);
    await session.postBody(body);
    assert.equal((await session.get()).status, 400);
    assert.equal(await world.server.reason(session.sid), "parse error");
  });
}

scenario("a client that closes is answered with a noop", async (world) => {
  const session = await joined(world);
  const pending = session.send();
  await pending.sent;
  await session.post("6");
  await session.post("1");
  assert.equal((await pending.answer).body, "1:6");
  assert.equal(await world.server.reason(session.sid), "transport close");
});

scenario("the server answers each ping without its data", async (world) => {
  const session = await joined(world);
  await session.post("2", "2probe");
  assert.deepEqual(await session.take(2), ["3", "3"]);
  const frames = await joinedFrames(world);
  frames.send("2", "2probe", Buffer.from([2]));
  assert.deepEqual(await frames.frames.take(3), ["3", "3", "3"]);
});

scenario("trap 8: a pong from the client is a transport error", async (world) => {
  const session = await joinedFrames(world);
  session.send("3");
  await session.closed();
  assert.equal(await world.server.reason(session.sid), "transport error");
});

beating.scenario("a client that does not ping is gone after interval and timeout", async (world) => {
  const session = await joinedFrames(world);
  const start = Date.now();
  session.send('42["message"]'); // no substitute for a ping
  await session.closed();
  assert.ok(Date.now() - start > 400, "not before");
  assert.equal(await world.server.reason(session.sid), "ping timeout");
});

beating.scenario("pings keep a session, and the server sends none", async (world) => {
  const session = await joinedFrames(world);
  for (let i = 0; i < 8; i++) {
    await sleep(100);
    session.send("2");
    assert.equal(await session.frames.next(), "3");
  }
});

scenario("a session moves to WebSocket", async (world) => {
  const session = await joined(world);
  const pending = session.send();
  await pending.sent;
  const frames = await world.frames({ EIO: 3, sid: session.sid });
  frames.send("2probe");
  assert.equal(await frames.frames.next(), "3probe");
  assert.equal((await pending.answer).body, "1:6");
  frames.send("5", '451-["message",{"_placeholder":true,"num":0}]', Buffer.from([4, 9]));
  assert.equal(await frames.frames.next(), '451-["message-back",{"_placeholder":true,"num":0}]');
  assert.deepEqual(await frames.frames.next(), Buffer.from([4, 9]));
});

scenario("the query of a namespace is its auth data", async (world) => {
  const session = await joinedFrames(world);
  session.send("40/custom?token=a%20b&n=1,");
  assert.deepEqual(await session.frames.take(2), ["40/custom,", '42/custom,["auth",{"token":"a b","n":"1"}]']);
});

scenario("a middleware refuses with its data, and an unknown namespace is an object", async (world) => {
  const session = await joinedFrames(world);
  session.send("40/auth?token=wrong,", "40/nowhere");
  const packets = await session.frames.take(2);
  assert.deepEqual(packets.sort(), ['44/auth,{"code":401}', '44/nowhere,{"message":"Invalid namespace"}']);
  session.send("40/auth?token=secret");
  assert.deepEqual(await session.frames.take(2), ["40/auth,", '42/auth,["auth",{"token":"secret"}]']);
});

scenario("ids are made of the session's", async (world) => {
  const session = await joinedFrames(world);
  session.send('420["my-rooms"]', "40/custom,");
  assert.equal(await session.frames.next(), `430[["${session.sid}"]]`);
  assert.equal(await session.frames.next(), "40/custom,");
  assert.equal(await session.frames.next(), '42/custom,["auth",{}]');
  session.send('42/custom,1["my-rooms"]');
  assert.equal(await session.frames.next(), `43/custom,1[["/custom#${session.sid}"]]`);
});

scenario("a client may leave a namespace and enter it again", async (world) => {
  const session = await joinedFrames(world);
  session.send("41");
  assert.equal(await world.server.reason(session.sid), "client namespace disconnect");
  session.send("40");
  assert.deepEqual(await session.frames.take(2), ["40", '42["auth",{}]']);
});

scenario("the server takes a client out with a packet of its own", async (world) => {
  const session = await joinedFrames(world);
  session.send('42["disconnect-me",false]');
  assert.equal(await session.frames.next(), "41");
  assert.equal(await world.server.reason(session.sid), "server namespace disconnect");
});

scenario("clients of both protocols get one broadcast", async (world) => {
  const session = await joined(world, {});
  const old = await joinedFrames(world);
  const recent = await world.frames();
  await recent.handshake();
  await recent.join();
  recent.send('451-0["send",{"sender":true},"news",[{"_placeholder":true,"num":0}]]', Buffer.from([1, 2]));
  const text = '451-["news",{"_placeholder":true,"num":0}]';
  assert.deepEqual(await old.frames.take(2), [text, Buffer.from([4, 1, 2])]);
  assert.deepEqual(await recent.frames.take(3), [text, Buffer.from([1, 2]), "430[]"]);
  const body = Buffer.concat([piece(0, Buffer.from(text)), piece(1, Buffer.from([4, 1, 2]))]);
  assert.deepEqual((await session.get()).bytes, body);
});
