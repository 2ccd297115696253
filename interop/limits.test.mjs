import assert from "node:assert/strict";
import { inboxOf } from "./harness/inbox.mjs";
import { next } from "./harness/deadline.mjs";
import { serving } from "./harness/scenario.mjs";

const limit = 10_000;
const { scenario, overEachTransport, server } = serving({ MAX_PAYLOAD: String(limit) });

scenario("trap 16: the open packet tells the limit", async ({ poll, frames }) => {
  assert.equal((await poll()).handshake.maxPayload, limit);
  assert.equal((await (await frames()).handshake()).maxPayload, limit);
});

scenario("a POST over the limit is refused and the session lives", async ({ poll }) => {
  const session = await poll();
  await session.join();
  const answer = await session.send({ method: "POST", body: "4".repeat(limit + 1), agent: false }).answer;
  assert.equal(answer.status, 413);
  assert.equal((await session.post("6")).status, 200);
});

scenario("a WebSocket message over the limit is closed with 1009, also after an upgrade", async ({ poll, frames }) => {
  const direct = await frames();
  await direct.handshake();
  direct.send("6".repeat(limit), "6".repeat(limit + 1));
  assert.equal((await direct.closed()).code, 1009);

  const session = await poll();
  const id = await session.join();
  const upgraded = await frames({ sid: session.sid });
  upgraded.send("5", Buffer.alloc(limit + 1));
  assert.equal((await upgraded.closed()).code, 1009);
  assert.equal(await server.reason(id), "transport error");
});

scenario("a candidate that exceeds the limit leaves the session on polling", async ({ poll, frames }) => {
  const session = await poll();
  await session.join();
  const websocket = await frames({ sid: session.sid });
  websocket.send("2".repeat(limit + 1));
  assert.equal((await websocket.closed()).code, 1009);
  await session.post('421["message-with-ack"]');
  const { body } = await session.get();
  // salon pings the client first, which has lost its candidate and fetches nothing.
  assert.deepEqual(body.split("\x1e").filter((packet) => packet !== "2"), ["431[]"]);
});

overEachTransport("trap 16: a burst of many times the limit arrives", async ({ connect }) => {
  const socket = await connect();
  const back = inboxOf(socket, "message-back");
  const text = "x".repeat(limit / 4);
  for (let i = 0; i < 100; i++) socket.emit("message", i, text);
  const received = await back.take(100);
  assert.deepEqual(received.map(([i]) => i), Array.from({ length: 100 }, (_, i) => i));
});

scenario("trap 16: a polling client whose event exceeds the limit loses its connection", async ({ client }) => {
  const socket = client({ mode: "polling" });
  const connected = next(socket, "connect");
  socket.connect();
  await connected;
  const { id } = socket;
  const gone = next(socket, "disconnect");
  socket.emit("message", "x".repeat(limit));
  assert.equal((await gone)[0], "transport error");
  assert.ok(["transport error", "transport close"].includes(await server.reason(id)));
});
