import assert from "node:assert/strict";
import { serving } from "./harness/scenario.mjs";

const { scenario } = serving();

const fence = '421["message-with-ack","fence"]';
const answer = '431["fence"]';

scenario("trap 31: a volatile event is dropped while no poll is pending", async ({ poll }) => {
  const session = await poll();
  await session.join();
  await session.post('42["volatile-count-to",3]', fence);
  assert.deepEqual((await session.get()).packets, [answer]);
});

scenario("trap 31: a pending poll takes one volatile event, and what follows in the same turn is dropped", async ({ poll }) => {
  const session = await poll();
  await session.join();
  const pending = await session.pendingGet();
  await session.post('42["volatile-count-to",3]');
  assert.deepEqual((await pending.answer).packets, ['42["number",0]']);
  await session.post(fence);
  assert.deepEqual((await session.get()).packets, [answer]);
});

scenario("trap 31: a WebSocket takes one volatile event, and what follows in the same turn is dropped", async ({ frames }) => {
  const session = await frames();
  await session.handshake();
  await session.join();
  for (let i = 0; i < 3; i++) {
    session.send('42["volatile-count-to",3]');
    assert.equal(await session.next(), '42["number",0]');
  }
  session.send(fence);
  assert.equal(await session.next(), answer);
});

scenario("trap 31: a volatile broadcast, bytes included, reaches who can take it at once", async ({ poll, frames }) => {
  const [sender, ready, absent] = [await frames(), await poll(), await poll()];
  await sender.handshake();
  await sender.join();
  await ready.join();
  await absent.join();
  const pending = await ready.pendingGet();
  sender.send('451-1["send",{"volatile":true},"news",[{"_placeholder":true,"num":0}]]', Buffer.from([1]));
  assert.equal(await sender.next(), "431[]");
  const packets = (await pending.answer).packets;
  if (packets.length < 2) packets.push(...(await ready.get()).packets);
  assert.deepEqual(packets, ['451-["news",{"_placeholder":true,"num":0}]', "bAQ=="]);
  await absent.post(fence);
  assert.deepEqual((await absent.get()).packets, [answer]);
});
