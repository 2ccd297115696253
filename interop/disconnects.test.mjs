import assert from "node:assert/strict";
import { connected, fence, upgraded } from "./harness/client.mjs";
import { next } from "./harness/deadline.mjs";
import { serving } from "./harness/scenario.mjs";

const { scenario, overEachTransport, server } = serving();

/** Connects and lets an upgrade finish, so that the transport is the one the test is named after. */
async function settled(world, options) {
  const socket = await world.connect(options);
  if (world.mode === "upgrade") await upgraded(socket);
  return socket;
}

overEachTransport("a client that disconnects is seen as leaving the namespace", async (world) => {
  const socket = await settled(world);
  const { id } = socket;
  const gone = next(socket, "disconnect");
  socket.disconnect();
  assert.equal((await gone)[0], "io client disconnect");
  assert.equal(await server.reason(id), "client namespace disconnect");
});

overEachTransport("a server may disconnect a socket and keep the connection", async (world) => {
  const socket = await settled(world);
  const { id } = socket;
  const other = await connected(socket.io.socket("/custom"));
  const gone = next(socket, "disconnect");
  socket.emit("disconnect-me", false);
  assert.equal((await gone)[0], "io server disconnect");
  assert.equal(await server.reason(id), "server namespace disconnect");
  assert.equal(await fence(other), "fence");
});

overEachTransport("a server may disconnect all namespaces and the connection", async (world) => {
  const socket = await settled(world);
  const other = await connected(socket.io.socket("/custom"));
  const ids = [socket.id, other.id];
  const gone = Promise.all([next(socket, "disconnect"), next(other, "disconnect"), next(socket.io, "close")]);
  socket.emit("disconnect-me", true);
  const [[first], [second]] = await gone;
  assert.deepEqual([first, second], ["io server disconnect", "io server disconnect"]);
  for (const id of ids) assert.equal(await server.reason(id), "server namespace disconnect");
});

overEachTransport("a connection that the client closes is a transport close in every namespace", async (world) => {
  const socket = await settled(world);
  const other = await connected(socket.io.socket("/custom"));
  const ids = [socket.id, other.id];
  const gone = next(socket, "disconnect");
  socket.io.engine.close();
  assert.equal((await gone)[0], "forced close");
  for (const id of ids) assert.equal(await server.reason(id), "transport close");
});

overEachTransport("the count of clients follows who comes and goes", async (world) => {
  const count = (socket) => new Promise((resolve) => socket.emit("count", (...args) => resolve(args)));
  const watcher = await settled(world, { namespace: "/rooms" });
  const [sessions, sockets] = await count(watcher);
  const second = await settled(world, { namespace: "/rooms" });
  const third = await settled(world, { namespace: "/custom" });
  assert.deepEqual(await count(watcher), [sessions + 2, sockets + 1]);
  const ids = [second.id, third.id];
  second.io.engine.close();
  third.io.engine.close();
  for (const id of ids) await server.reason(id);
  assert.deepEqual(await count(watcher), [sessions, sockets]);
});

scenario("a WebSocket that is cut without a close frame is a transport close", async ({ frames }) => {
  const session = await frames();
  await session.handshake();
  const id = await session.join();
  session.abort();
  assert.equal(await server.reason(id), "transport close");
});

scenario("a WebSocket that closes with any code is a transport close", async ({ frames }) => {
  for (const code of [1000, 1001, 4000]) {
    const session = await frames();
    await session.handshake();
    const id = await session.join();
    session.close(code);
    assert.equal(await server.reason(id), "transport close");
    assert.equal((await session.closed()).code, code);
  }
});

scenario("a poll that is cut is a transport error", async ({ poll }) => {
  const session = await poll();
  const id = await session.join();
  const pending = await session.pendingGet();
  pending.abort();
  assert.equal(await server.reason(id), "transport error");
});

scenario("a packet 1 by POST is a transport close", async ({ poll }) => {
  const session = await poll();
  const id = await session.join();
  await session.post("1");
  assert.equal(await server.reason(id), "transport close");
});

scenario("an unknown Engine.IO packet is a parse error", async ({ poll, frames }) => {
  const polling = await poll();
  const first = await polling.join();
  await polling.post("abc");
  assert.equal(await server.reason(first), "parse error");

  const websocket = await frames();
  await websocket.handshake();
  const second = await websocket.join();
  websocket.send("abc");
  assert.equal(await server.reason(second), "parse error");
});

scenario("trap 19: a Socket.IO packet that cannot be read is a forced close", async ({ poll, frames }) => {
  const polling = await poll();
  const first = await polling.join();
  await polling.post("4abc");
  await polling.get();
  assert.equal(await server.reason(first), "forced close");

  const websocket = await frames();
  await websocket.handshake();
  const second = await websocket.join();
  websocket.send("4abc");
  assert.equal(await server.reason(second), "forced close");
});

const wrongState = ["40", '42/custom,["message"]', '44{"message":"no"}', "41/custom,", "43/custom,1[]"];

scenario("trap 19: a packet in the wrong state is a forced close when the transport can be closed at once", async ({ frames, poll }) => {
  for (const packet of wrongState) {
    const websocket = await frames();
    await websocket.handshake();
    const first = await websocket.join();
    websocket.send(packet);
    assert.equal(await server.reason(first), "forced close", packet);
    assert.equal((await websocket.closed()).code, 1005, packet);

    const polling = await poll();
    const second = await polling.join();
    const pending = await polling.pendingGet();
    await polling.post(packet);
    assert.equal((await pending.answer).body, "1", packet);
    assert.equal(await server.reason(second), "forced close", packet);
  }
});

scenario("trap 19: a packet in the wrong state is a forced server close when no poll is pending", async ({ poll }) => {
  for (const packet of wrongState) {
    const session = await poll();
    const id = await session.join();
    await session.post(packet);
    assert.equal(await server.reason(id), "forced server close", packet);
  }
});

scenario("a packet of the wrong heartbeat direction is a transport error", async ({ frames, poll }) => {
  const websocket = await frames();
  await websocket.handshake();
  const first = await websocket.join();
  websocket.send("2");
  assert.equal(await server.reason(first), "transport error");

  const polling = await poll();
  const second = await polling.join();
  await polling.post("2");
  assert.equal(await server.reason(second), "transport error");
});

scenario("a message that is too large for WebSocket is a transport error", async ({ frames }) => {
  const session = await frames();
  await session.handshake();
  const id = await session.join();
  session.send(`42["message","${"x".repeat(1_000_000)}"]`);
  assert.equal((await session.closed()).code, 1009);
  assert.equal(await server.reason(id), "transport error");
});
