import assert from "node:assert/strict";
import { fence, upgraded } from "./harness/client.mjs";
import { next } from "./harness/deadline.mjs";
import { serving } from "./harness/scenario.mjs";

const { scenario, overEachTransport, server } = serving();

const patient = { reconnection: true, reconnectionDelay: 50, reconnectionDelayMax: 200 };

for (const [how, end] of [["is shut down", () => server.shutDown()], ["crashes", () => server.kill()]]) {
  overEachTransport(`trap 30: a client comes back by itself when the server ${how} and starts again`, async ({ connect, mode }) => {
    const socket = await connect(patient);
    if (mode === "upgrade") await upgraded(socket);
    const before = { id: socket.id, sid: socket.io.engine.id };
    const gone = next(socket, "disconnect");
    await end();
    const [reason] = await gone;
    // Between two polls the client cannot be told, and finds nobody there instead.
    const expected = mode === "polling" ? ["transport close", "transport error"] : ["transport close"];
    assert.ok(expected.includes(reason), reason);
    if (how === "is shut down") assert.equal(await server.reason(before.id), "server shutting down");

    const back = next(socket, "connect", "the client to come back", 10_000);
    await server.start();
    await back;
    assert.notEqual(socket.id, before.id);
    assert.notEqual(socket.io.engine.id, before.sid);
    assert.ok(!socket.recovered);
    assert.equal(await fence(socket), "fence");
  });
}

overEachTransport("events emitted while the server is away are sent when it is back", async ({ connect, mode }) => {
  const socket = await connect(patient);
  if (mode === "upgrade") await upgraded(socket);
  const gone = next(socket, "disconnect");
  await server.shutDown();
  await gone;
  const answers = [1, 2, 3].map((n) => socket.timeout(10_000).emitWithAck("message-with-ack", n));
  await server.start();
  assert.deepEqual(await Promise.all(answers), [1, 2, 3]);
});

overEachTransport("trap 30: a client does not come back after the server disconnected it", async ({ connect, mode }) => {
  const socket = await connect(patient);
  if (mode === "upgrade") await upgraded(socket);
  const gone = next(socket, "disconnect");
  socket.emit("disconnect-me", true);
  assert.equal((await gone)[0], "io server disconnect");
  assert.equal(socket.active, false);
});

overEachTransport("trap 30: a client that was refused by a middleware stays out", async ({ client }) => {
  const socket = client({ ...patient, namespace: "/auth" });
  socket.connect();
  await next(socket, "connect_error");
  assert.equal(socket.active, false);
});

scenario("trap 13: a shutdown answers the pending poll with a close packet", async ({ poll }) => {
  const session = await poll();
  const id = await session.join();
  const pending = await session.pendingGet();
  await server.shutDown();
  assert.equal((await pending.answer).body, "1");
  assert.equal(await server.reason(id), "server shutting down");
  await server.start();
});

scenario("a shutdown closes every WebSocket", async ({ frames }) => {
  const sessions = [await frames(), await frames()];
  for (const session of sessions) await session.handshake();
  const id = await sessions[0].join();
  await server.shutDown();
  for (const session of sessions) assert.deepEqual(await session.closed(), { code: 1005, reason: "" });
  assert.equal(await server.reason(id), "server shutting down");
  await server.start();
});
