import assert from "node:assert/strict";
import WebSocket from "ws";
import { next } from "./harness/deadline.mjs";
import { refusedUpgrade } from "./harness/frames.mjs";
import { serving } from "./harness/scenario.mjs";

const { scenario, server } = serving();

/** A WebSocket session in the main namespace; `.id` is its socket id. */
async function joined(frames) {
  const session = await frames();
  await session.handshake();
  session.id = await session.join();
  return session;
}

scenario("trap 15: each packet is one frame: text as text, bytes as binary", async ({ frames }) => {
  const session = await joined(frames);
  session.send('452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]', Buffer.from([1]), Buffer.alloc(0));
  assert.equal(await session.next(), '452-["message-back",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
  assert.deepEqual(await session.next(), Buffer.from([1]));
  assert.deepEqual(await session.next(), Buffer.alloc(0));
});

scenario("bytes may also come as base64 text", async ({ frames }) => {
  const session = await joined(frames);
  session.send('451-["message",{"_placeholder":true,"num":0}]', "bAQID");
  assert.equal(await session.next(), '451-["message-back",{"_placeholder":true,"num":0}]');
  assert.deepEqual(await session.next(), Buffer.from([1, 2, 3]));
});

scenario("a record separator is an ordinary character", async ({ frames }) => {
  const session = await joined(frames);
  session.send('42["message"]\x1e42["message"]');
  assert.equal((await session.closed()).code, 1005);
  assert.equal(await server.reason(session.id), "forced close");
});

for (const [what, frame] of [["an empty frame", ""], ["an unknown packet", "x"], ["a digit that is no packet", "7"]]) {
  scenario(`${what} ends the session`, async ({ frames }) => {
    const session = await joined(frames);
    session.send(frame);
    assert.deepEqual(await session.closed(), { code: 1005, reason: "" });
    assert.equal(await server.reason(session.id), "parse error");
  });
}

scenario("packets that a client need not send change nothing", async ({ frames }) => {
  const session = await joined(frames);
  session.send("0", "0{}", "5", "5x", "6", "3", "3probe", '421["message-with-ack"]');
  assert.equal(await session.next(), "431[]");
});

scenario("a message of exactly the largest size is accepted", async ({ frames }) => {
  const session = await joined(frames);
  const frame = `42["nobody","${"x".repeat(1_000_000 - 15)}"]`;
  assert.equal(frame.length, 1_000_000);
  session.send(frame, '421["message-with-ack"]');
  assert.equal(await session.next(), "431[]");
});

scenario("a larger message is closed with 1009", async ({ frames }) => {
  for (const frame of ["4".repeat(1_000_001), Buffer.alloc(1_000_001)]) {
    const session = await joined(frames);
    session.send(frame);
    assert.deepEqual(await session.closed(), { code: 1009, reason: "" });
    assert.equal(await server.reason(session.id), "transport error");
  }
});

scenario("the server may answer with more than it accepts", async ({ frames }) => {
  const session = await joined(frames);
  session.send(`42["message","${"\\u0001".repeat(100_000)}","${"x".repeat(390_000)}"]`);
  assert.ok((await session.next()).length > 900_000);
});

scenario("text that is not UTF-8 is closed with 1007", async ({ frames }) => {
  const session = await joined(frames);
  session.sendText(Buffer.from([0x34, 0x32, 0xff, 0xfe]));
  assert.equal((await session.closed()).code, 1007);
  assert.equal(await server.reason(session.id), "transport error");
});

scenario("a message in fragments is one packet", async ({ frames }) => {
  const session = await joined(frames);
  session.sendFragments('42["mess', 'age","🦀', '"]');
  assert.equal(await session.next(), '42["message-back","🦀"]');
});

scenario("a WebSocket ping is answered with a pong and its data", async ({ frames }) => {
  const session = await joined(frames);
  assert.deepEqual(await session.ping("are you there?"), Buffer.from("are you there?"));
});

scenario("the server echoes the close code of the client", async ({ frames }) => {
  for (const code of [1000, 1001, 3000, 4999]) {
    const session = await joined(frames);
    session.close(code);
    assert.equal((await session.closed()).code, code);
    assert.equal(await server.reason(session.id), "transport close");
  }
});

scenario("a disconnect with close ends the WebSocket after the packet of each namespace", async ({ frames }) => {
  const session = await joined(frames);
  await session.join("/custom");
  session.send('42["disconnect-me",true]');
  assert.equal(await session.next(), "41");
  assert.equal(await session.next(), "41/custom,");
  assert.equal((await session.closed()).code, 1005);
  assert.equal(await server.reason(session.id), "server namespace disconnect");
});

scenario("a client that leaves all namespaces keeps its connection", async ({ frames }) => {
  const session = await joined(frames);
  session.send("41");
  assert.equal(await server.reason(session.id), "client namespace disconnect");
  session.send("40");
  assert.match(await session.next(), /^40\{"sid"/);
});

scenario("compression that the client offers is declined", async ({ frames }) => {
  const session = await frames(); // ws offers permessage-deflate by itself
  assert.equal(session.extensions, "");
});

scenario("the first sub-protocol that the client offers is chosen", async () => {
  const socket = new WebSocket(`ws://${server.address}/socket.io/?EIO=4&transport=websocket`, ["one", "two"]);
  await next(socket, "open");
  assert.equal(socket.protocol, "one");
  socket.terminate();
});

for (const offer of ["", "one,", "one two", "one, one"]) {
  scenario(`a list of sub-protocols such as "${offer}" is refused`, async () => {
    const headers = { "Sec-WebSocket-Protocol": offer };
    const answer = await refusedUpgrade(server, { EIO: 4, transport: "websocket" }, { headers });
    assert.equal(answer.status, "HTTP/1.1 400 Bad Request");
  });
}
