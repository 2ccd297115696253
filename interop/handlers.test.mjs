import assert from "node:assert/strict";
import { fence } from "./harness/client.mjs";
import { inboxOf } from "./harness/inbox.mjs";
import { serving } from "./harness/scenario.mjs";

const { scenario, overEachTransport } = serving({ PING_INTERVAL: "300" });

const namespace = "/handlers";
const ask = (socket, ...event) => socket.timeout(5000).emitWithAck(...event);

function both(socket, event) {
  return new Promise((resolve) => socket.emit(event, (...answer) => resolve(answer)));
}

overEachTransport("a handler that is there once is called once for each socket", async ({ connect }) => {
  for (const socket of [await connect({ namespace }), await connect({ namespace })]) {
    const back = inboxOf(socket, "once-only-back");
    for (const n of [1, 2, 3]) socket.emit("once-only", n);
    await fence(socket);
    assert.deepEqual(back.all, [[1]]);
  }
});

overEachTransport("a handler that is removed is called no more, and only for its socket", async ({ connect }) => {
  const [socket, other] = [await connect({ namespace }), await connect({ namespace })];
  const [back, otherBack] = [inboxOf(socket, "removable-back"), inboxOf(other, "removable-back")];
  socket.emit("removable");
  await ask(socket, "remove");
  for (const one of [socket, other]) one.emit("removable");
  await Promise.all([fence(socket), fence(other)]);
  assert.deepEqual([back.all.length, otherBack.all.length], [1, 1]);
});

overEachTransport("an event that a middleware refuses reaches no handler, and the next one does", async ({ connect }) => {
  const socket = await connect({ namespace });
  const back = inboxOf(socket, "forbidden-back");
  socket.emit("forbidden", "data");
  assert.equal(await fence(socket), "fence");
  assert.equal(back.all.length, 0);
});

overEachTransport("hooks see the names of all events in both directions, and no acknowledgements", async ({ connect }) => {
  const socket = await connect({ namespace });
  await ask(socket, "watch");
  const back = inboxOf(socket, "message-back");
  socket.emit("message", 1, Buffer.from("x"));
  socket.emit("nobody listens");
  await back.next();
  socket.on("question", (done) => done("answer"));
  const answer = inboxOf(socket, "answer");
  socket.emit("ask-me", 5000);
  await answer.next();
  assert.deepEqual(await both(socket, "watched"), [
    ["message", "nobody listens", "ask-me", "watched"],
    ["message-back", "question", "answer"],
  ]);
});

overEachTransport("hooks for outgoing events see broadcasts", async ({ connect }) => {
  const [socket, other] = [await connect({ namespace }), await connect({ namespace })];
  await ask(socket, "watch");
  await ask(socket, "join", "watchers");
  await ask(other, "send", { rooms: ["watchers"] }, "news", []);
  await ask(other, "send", { rooms: ["elsewhere"] }, "other news", []);
  assert.deepEqual((await both(socket, "watched"))[1], ["news"]);
});

overEachTransport("trap 34: rooms are visible while a socket is disconnecting", async ({ connect }) => {
  const [socket, other] = [await connect({ namespace }), await connect({ namespace })];
  const left = inboxOf(other, "left");
  await ask(other, "join", ["red", "blue"]);
  await ask(socket, "join", ["red", "blue", "alone"]);
  await ask(socket, "announce", "left");
  socket.disconnect();
  const rooms = await left.take(2);
  assert.deepEqual(rooms.sort(), [
    ["blue", "client namespace disconnect"],
    ["red", "client namespace disconnect"],
  ]);
});

scenario("rooms are created, joined, left and deleted in this order", async ({ connect }) => {
  const [socket, other] = [await connect({ namespace }), await connect({ namespace })];
  await ask(socket, "join", "log-a");
  await ask(socket, "join", "log-a");
  await ask(other, "join", "log-a");
  await ask(socket, "leave", "log-a");
  await ask(socket, "leave", "log-a");
  await ask(other, "leave", "log-a");
  assert.deepEqual(await ask(socket, "room-log", "log-"), [
    "create-room log-a",
    "join-room log-a",
    "join-room log-a",
    "leave-room log-a",
    "leave-room log-a",
    "delete-room log-a",
  ]);
});

scenario("trap 34: who disconnects leaves its rooms, that of its own id first", async ({ connect }) => {
  const [socket, other] = [await connect({ namespace }), await connect({ namespace })];
  const { id } = socket;
  await ask(socket, "join", ["bye-a", "bye-b"]);
  await ask(other, "join", "bye-b");
  socket.disconnect();
  while ((await ask(other, "room-size", "bye-a")) > 0);
  assert.deepEqual(await ask(other, "room-log", id), [
    `create-room ${id}`,
    `join-room ${id}`,
    `leave-room ${id}`,
    `delete-room ${id}`,
  ]);
  assert.deepEqual((await ask(other, "room-log", "bye-")).slice(-3), ["leave-room bye-a", "delete-room bye-a", "leave-room bye-b"]);
});
