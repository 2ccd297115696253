import assert from "node:assert/strict";
import { next } from "./harness/deadline.mjs";
import { serving } from "./harness/scenario.mjs";

const interval = 300;
const timeout = 200;
const { scenario, overEachTransport, server } = serving({ PING_INTERVAL: String(interval), PING_TIMEOUT: String(timeout) });
const patient = serving({ PING_INTERVAL: String(interval), PING_TIMEOUT: "20000" });
const relaxed = serving({ PING_INTERVAL: String(interval), PING_TIMEOUT: "800" });

// A timer may fire late on a busy machine, but never early.
const slack = 5;

async function timed(promise) {
  const start = performance.now();
  const value = await promise;
  return [performance.now() - start, value];
}

patient.scenario("the first ping comes one interval after the open packet", async ({ frames }) => {
  const session = await frames();
  await session.handshake();
  const [elapsed, frame] = await timed(session.frames.next());
  assert.equal(frame, "2");
  assert.ok(elapsed >= interval - 50, `after ${elapsed} ms`);
});

patient.scenario("the next ping comes one interval after the pong", async ({ frames }) => {
  const session = await frames();
  await session.handshake();
  assert.equal(await session.frames.next(), "2");
  for (let i = 0; i < 3; i++) {
    const sent = performance.now();
    session.send("3");
    assert.equal(await session.frames.next(), "2");
    assert.ok(performance.now() - sent >= interval - slack);
  }
});

patient.scenario("a pending poll is answered with the ping", async ({ poll }) => {
  const session = await poll();
  for (let i = 0; i < 3; i++) {
    const [elapsed, answer] = await timed(session.get());
    assert.equal(answer.body, "2");
    assert.ok(elapsed >= interval - 50, `after ${elapsed} ms`);
    assert.equal((await session.post("3")).body, "ok");
  }
});

scenario("a client that does not poll is a ping timeout", async ({ poll, server }) => {
  const session = await poll();
  const id = await session.join();
  assert.equal(await server.reason(id), "ping timeout");
  const late = await session.get();
  assert.deepEqual([late.status, late.json.code], [400, 1]);
});

scenario("a client that does not answer over WebSocket is cut after the timeout", async ({ frames }) => {
  const session = await frames();
  await session.handshake();
  const id = await session.join();
  assert.equal(await session.frames.next(), "2");
  const [elapsed, close] = await timed(session.closed());
  assert.ok(elapsed >= timeout - 50, `after ${elapsed} ms`);
  assert.ok(elapsed < timeout + 1000, `after ${elapsed} ms`);
  assert.equal(close.code, 1005);
  assert.equal(await server.reason(id), "ping timeout");
});

scenario("a client that does not answer over polling is cut after the timeout", async ({ poll }) => {
  const session = await poll();
  const id = await session.join();
  assert.equal((await session.get()).body, "2");
  const [elapsed, last] = await timed(session.get());
  assert.ok(elapsed >= timeout - 50, `after ${elapsed} ms`);
  assert.equal(last.body, "1");
  assert.equal(await server.reason(id), "ping timeout");
  assert.equal((await session.get()).json.code, 1);
});

relaxed.scenario("trap 9: another packet postpones the end once, and only once", async ({ frames, server }) => {
  const session = await frames();
  await session.handshake();
  const id = await session.join();
  assert.equal(await session.frames.next(), "2");
  const pinged = performance.now();
  const chatter = setInterval(() => session.send("6"), 400);
  try {
    assert.equal(await server.reason(id), "ping timeout");
  } finally {
    clearInterval(chatter);
  }
  const elapsed = performance.now() - pinged;
  assert.ok(elapsed >= 400 + 800 - 50, `after ${elapsed} ms`);
});

patient.scenario("a pong that nobody asked for is accepted and moves the next ping", async ({ frames }) => {
  const session = await frames();
  await session.handshake();
  session.send("3", "3");
  const [, frame] = await timed(session.frames.next());
  assert.equal(frame, "2");
  session.send("3");
  assert.equal(await session.frames.next(), "2");
});

patient.scenario("a pong may carry data", async ({ frames }) => {
  const session = await frames();
  await session.handshake();
  assert.equal(await session.frames.next(), "2");
  session.send("3data");
  assert.equal(await session.frames.next(), "2");
});

patient.scenario("trap 8: a ping by the client ends a WebSocket session", async ({ frames }) => {
  for (const ping of ["2", "2probe"]) {
    const session = await frames();
    await session.handshake();
    session.send(ping);
    assert.equal((await session.closed()).code, 1005);
  }
});

patient.scenario("trap 8: a ping by the client ends a polling session", async ({ poll }) => {
  const session = await poll();
  const pending = await session.pendingGet();
  assert.equal((await session.post("2")).body, "ok");
  assert.equal((await pending.answer).body, "1");
  assert.equal((await session.get()).json.code, 1);
});

patient.overEachTransport("the real client answers pings and stays", async ({ connect }) => {
  const socket = await connect();
  for (let i = 0; i < 3; i++) await next(socket.io, "ping");
  assert.ok(socket.connected);
});

overEachTransport("the real client that stops answering is a ping timeout", async ({ connect }) => {
  const socket = await connect();
  const { id } = socket;
  const { engine } = socket.io;
  const sendPacket = engine._sendPacket.bind(engine);
  engine._sendPacket = (type, ...rest) => type !== "pong" && sendPacket(type, ...rest);
  const gone = next(socket, "disconnect");
  assert.equal(await server.reason(id), "ping timeout");
  assert.equal((await gone)[0], "transport close");
});
