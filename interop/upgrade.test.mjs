import assert from "node:assert/strict";
import { serving } from "./harness/scenario.mjs";

const { scenario, server } = serving();
const hasty = serving({ UPGRADE_TIMEOUT: "300" });

/** Opens the WebSocket that may take over from polling. */
function candidate(frames, session) {
  return frames({ sid: session.sid });
}

/** Upgrades by hand, the way the real client does. */
async function upgrade(frames, session) {
  const websocket = await candidate(frames, session);
  const pending = await session.pendingGet();
  websocket.send("2probe");
  assert.equal(await websocket.next(), "3probe");
  assert.equal((await pending.answer).body, "6");
  websocket.send("5");
  return websocket;
}

async function assertAlive(session) {
  await session.post('427["message-with-ack"]');
  const packets = await session.readUntil((packet) => packet.startsWith("43"));
  assert.deepEqual(packets.filter((packet) => packet !== "6"), ["437[]"]);
}

scenario("an upgrade releases the pending poll and goes on over WebSocket", async ({ poll, frames }) => {
  const session = await poll();
  await session.join();
  const websocket = await upgrade(frames, session);
  websocket.send('42["message","ä"]');
  assert.equal(await websocket.next(), '42["message-back","ä"]');
});

scenario("trap 10: the pending poll is released about 100 ms after the probe", async ({ poll, frames }) => {
  const session = await poll();
  const websocket = await candidate(frames, session);
  const pending = await session.pendingGet();
  const start = performance.now();
  websocket.send("2probe");
  assert.equal((await pending.answer).body, "6");
  const elapsed = performance.now() - start;
  assert.ok(elapsed > 80 && elapsed < 1000, `after ${elapsed} ms`);
});

scenario("every poll is released while the probe goes on", async ({ poll, frames }) => {
  const session = await poll();
  const websocket = await candidate(frames, session);
  websocket.send("2probe");
  for (let i = 0; i < 3; i++) assert.equal((await session.get()).body, "6");
});

scenario("a poll is not released before the probe", async ({ poll, frames }) => {
  const session = await poll();
  await session.join();
  await candidate(frames, session);
  const pending = await session.pendingGet();
  const quiet = await Promise.race([pending.answer, new Promise((resolve) => setTimeout(resolve, 250, "still pending"))]);
  assert.equal(quiet, "still pending");
  await session.post('42["message"]');
  assert.equal((await pending.answer).body, '42["message-back"]');
});

scenario("an upgrade packet without a probe before it is accepted", async ({ poll, frames }) => {
  const session = await poll();
  await session.join();
  const websocket = await candidate(frames, session);
  websocket.send("5");
  websocket.send('42["message",1]');
  assert.equal(await websocket.next(), '42["message-back",1]');
});

scenario("a poll that is pending when the upgrade completes is answered", async ({ poll, frames }) => {
  const session = await poll();
  await session.join();
  const websocket = await candidate(frames, session);
  const pending = await session.pendingGet();
  websocket.send("5");
  const answer = await pending.answer;
  assert.deepEqual([answer.status, answer.body], [200, "1"]);
  websocket.send('421["message-with-ack"]');
  assert.equal(await websocket.next(), "431[]");
});

scenario("polling is refused after the upgrade and the session lives", async ({ poll, frames }) => {
  const session = await poll();
  await session.join();
  const websocket = await upgrade(frames, session);
  websocket.send('421["message-with-ack"]');
  assert.equal(await websocket.next(), "431[]");
  for (const answer of [await session.get(), await session.post('42["message"]')]) {
    assert.deepEqual([answer.status, answer.json], [400, { code: 3, message: "Bad request" }]);
  }
  websocket.send('422["message-with-ack"]');
  assert.equal(await websocket.next(), "432[]");
});

scenario("trap 10: packets sent during the probe go out on the pending poll", async ({ poll, frames }) => {
  const session = await poll();
  await session.join();
  const websocket = await candidate(frames, session);
  websocket.send("2probe");
  assert.equal(await websocket.next(), "3probe");
  const packets = session.readUntil((packet) => packet.startsWith("42"));
  await session.post('42["message","meanwhile"]');
  assert.deepEqual((await packets).filter((packet) => packet !== "6"), ['42["message-back","meanwhile"]']);
});

scenario("trap 10: packets that no poll fetched come over WebSocket as soon as it took over", async ({ poll, frames }) => {
  const session = await poll();
  await session.join();
  const websocket = await candidate(frames, session);
  websocket.send("2probe");
  assert.equal(await websocket.next(), "3probe");
  await session.post('42["message",1]', '451-["message",{"_placeholder":true,"num":0}]', "bAQI=", '42["message",3]');
  websocket.send("5");
  assert.equal(await websocket.next(), '42["message-back",1]');
  assert.equal(await websocket.next(), '451-["message-back",{"_placeholder":true,"num":0}]');
  assert.deepEqual(await websocket.next(), Buffer.from([1, 2]));
  assert.equal(await websocket.next(), '42["message-back",3]');
  websocket.send('42["message",4]');
  assert.equal(await websocket.next(), '42["message-back",4]');
});

scenario("trap 10: 100 packets on both sides of the upgrade keep their order", async ({ poll, frames }) => {
  const session = await poll();
  await session.join();
  const seen = [];
  const websocket = await candidate(frames, session);
  await session.post(...Array.from({ length: 25 }, (_, i) => `42["message",${i}]`));
  seen.push(...(await session.get()).packets);
  await session.post(...Array.from({ length: 25 }, (_, i) => `42["message",${25 + i}]`));
  websocket.send("2probe");
  assert.equal(await websocket.next(), "3probe");
  await session.post(...Array.from({ length: 25 }, (_, i) => `42["message",${50 + i}]`));
  websocket.send("5");
  for (let i = 75; i < 100; i++) websocket.send(`42["message",${i}]`);
  while (seen.length < 100) seen.push(await websocket.next());
  assert.deepEqual(seen, Array.from({ length: 100 }, (_, i) => `42["message-back",${i}]`));
});

scenario("an attachment may follow over WebSocket what was announced by polling", async ({ poll, frames }) => {
  const session = await poll();
  await session.join();
  await session.post('451-["message",{"_placeholder":true,"num":0}]');
  const websocket = await upgrade(frames, session);
  websocket.send(Buffer.from([7]));
  assert.equal(await websocket.next(), '451-["message-back",{"_placeholder":true,"num":0}]');
  assert.deepEqual(await websocket.next(), Buffer.from([7]));
});

for (const [what, packet] of [
  ["a ping with other data", "2"],
  ["a wrong probe", "2probes"],
  ["a message", '42["message"]'],
  ["bytes", Buffer.from("2probe")],
  ["an unknown packet", "x"],
  ["an empty frame", ""],
  ["a pong", "3probe"],
  ["a close packet", "1"],
]) {
  scenario(`trap 11: ${what} on the candidate closes it and leaves the session on polling`, async ({ poll, frames }) => {
    const session = await poll();
    await session.join();
    const websocket = await candidate(frames, session);
    websocket.send(packet);
    assert.equal((await websocket.closed()).code, 1005);
    await assertAlive(session);
    const second = await upgrade(frames, session);
    second.send('421["message-with-ack"]');
    assert.equal(await second.next(), "431[]");
  });
}

scenario("a second probe on the same candidate is answered too", async ({ poll, frames }) => {
  const session = await poll();
  const websocket = await candidate(frames, session);
  for (let i = 0; i < 2; i++) {
    websocket.send("2probe");
    assert.equal(await websocket.next(), "3probe");
  }
});

for (const [how, end] of [["closes", (websocket) => websocket.close()], ["is cut", (websocket) => websocket.abort()]]) {
  scenario(`trap 11: a candidate that ${how} leaves the session on polling, which may upgrade later`, async ({ poll, frames }) => {
    const session = await poll();
    await session.join();
    const websocket = await candidate(frames, session);
    websocket.send("2probe");
    assert.equal(await websocket.next(), "3probe");
    end(websocket);
    await websocket.closed();
    await assertAlive(session);
    const second = await upgrade(frames, session);
    second.send('421["message-with-ack"]');
    assert.equal(await second.next(), "431[]");
  });
}

scenario("a second candidate is closed and does not disturb the first", async ({ poll, frames }) => {
  const session = await poll();
  await session.join();
  const first = await candidate(frames, session);
  first.send("2probe");
  assert.equal(await first.next(), "3probe");
  const second = await candidate(frames, session);
  assert.equal((await second.closed()).code, 1005);
  first.send("5", '421["message-with-ack"]');
  assert.equal(await first.next(), "431[]");
});

scenario("a candidate after the upgrade is closed and does not disturb the session", async ({ poll, frames }) => {
  const session = await poll();
  await session.join();
  const first = await upgrade(frames, session);
  const second = await candidate(frames, session);
  assert.equal((await second.closed()).code, 1005);
  first.send('421["message-with-ack"]');
  assert.equal(await first.next(), "431[]");
});

scenario("a session that ends closes its candidate", async ({ poll, frames }) => {
  const session = await poll();
  const websocket = await candidate(frames, session);
  await session.post("1");
  assert.equal((await websocket.closed()).code, 1005);
});

scenario("a session that the server closes during the probe ends for the client", async ({ poll, frames }) => {
  const session = await poll();
  const id = await session.join();
  const websocket = await candidate(frames, session);
  websocket.send("2probe");
  assert.equal(await websocket.next(), "3probe");
  await session.post('42["disconnect-me",true]');
  assert.equal(await server.reason(id), "server namespace disconnect");
  const packets = await session.readUntil((packet) => packet === "1");
  assert.deepEqual(packets.filter((packet) => packet !== "6"), ["41", "1"]);
  assert.equal((await websocket.closed()).code, 1005);
});

scenario("the transport close after an upgrade is the WebSocket's", async ({ poll, frames }) => {
  const session = await poll();
  const id = await session.join();
  const websocket = await upgrade(frames, session);
  websocket.send('421["message-with-ack"]');
  await websocket.next();
  websocket.close();
  assert.equal(await server.reason(id), "transport close");
});

hasty.scenario("trap 11: a candidate that is too slow is closed and the session stays on polling", async ({ poll, frames }) => {
  const session = await poll();
  await session.join();
  const silent = await candidate(frames, session);
  const start = performance.now();
  assert.equal((await silent.closed()).code, 1005);
  assert.ok(performance.now() - start >= 250);
  await assertAlive(session);

  const probing = await candidate(frames, session);
  probing.send("2probe");
  assert.equal(await probing.next(), "3probe");
  assert.equal((await probing.closed()).code, 1005);
  await assertAlive(session);

  const websocket = await upgrade(frames, session);
  websocket.send('421["message-with-ack"]');
  assert.equal(await websocket.next(), "431[]");
});
