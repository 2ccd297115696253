import assert from "node:assert/strict";
import { connected, fence } from "./harness/client.mjs";
import { inboxOf } from "./harness/inbox.mjs";
import { serving } from "./harness/scenario.mjs";
import { within } from "./harness/deadline.mjs";

const { scenario, overEachTransport, server } = serving({ PING_INTERVAL: "300" });

/** Connects named sockets, each in the rooms given, and returns a way to see who got an event. */
async function crowd(connect, rooms) {
  const sockets = {};
  for (const [name, joins] of Object.entries(rooms)) {
    sockets[name] = await connect({ namespace: "/rooms" });
    if (joins.length > 0) await ask(sockets[name], "join", joins);
  }
  const news = Object.fromEntries(Object.entries(sockets).map(([name, socket]) => [name, inboxOf(socket, "news")]));

  /** Sends from one of them and returns who got it how many times. */
  async function reach(from, target) {
    const before = Object.fromEntries(Object.entries(news).map(([name, inbox]) => [name, inbox.all.length]));
    await ask(sockets[from], "send", target, "news", ["hello"]);
    await Promise.all(Object.values(sockets).filter((socket) => socket.connected).map(fence));
    const got = Object.entries(news).flatMap(([name, inbox]) => Array(inbox.all.length - before[name]).fill(name));
    return got.join(" ");
  }
  return { sockets, news, reach };
}

function ask(socket, event, ...args) {
  return within(socket.emitWithAck(event, ...args), `the answer to "${event}"`);
}

const seats = { a: ["red"], b: ["red", "blue"], c: ["blue"], d: [] };

overEachTransport("a message reaches whom its target names, each exactly once", async ({ connect }) => {
  const { sockets, reach } = await crowd(connect, seats);
  const expectations = [
    [{ rooms: ["red"] }, "b", "to a room, without the sender"],
    [{ rooms: ["red"], sender: true }, "a b", "in a room, with the sender"],
    [{ rooms: ["blue"] }, "b c", "to a room the sender is not in"],
    [{ rooms: ["red", "blue"] }, "b c", "to overlapping rooms, without the sender"],
    [{ rooms: ["red", "blue"], sender: true }, "a b c", "in overlapping rooms, with the sender"],
    [{ rooms: ["red", "red"], sender: true }, "a b", "in a room named twice"],
    [{ rooms: ["nowhere"], sender: true }, "", "in an empty room"],
    [{ rooms: ["red", "nowhere"], sender: true }, "a b", "in a room and an empty one"],
    [{}, "b c d", "broadcast"],
    [{ sender: true }, "a b c d", "to all of the namespace"],
    [{ sender: true, except: ["red"] }, "c d", "to all except a room"],
    [{ sender: true, except: ["red", "blue"] }, "d", "to all except two rooms"],
    [{ except: ["blue"] }, "d", "broadcast except a room"],
    [{ rooms: ["red"], except: ["blue"], sender: true }, "a", "in a room except another"],
    [{ rooms: ["red"], except: ["red"], sender: true }, "", "in a room except itself"],
    [{ sender: true, local: true }, "a b c d", "to all on this server"],
    [{ local: true }, "b c d", "local broadcast"],
    [{ rooms: ["blue"], local: true }, "b c", "local to a room"],
    [{ rooms: [sockets.d.id] }, "d", "to the room of another's id"],
    [{ rooms: [sockets.a.id] }, "", "to the sender's own room without the sender"],
    [{ rooms: [sockets.a.id], sender: true }, "a", "in the sender's own room"],
    [{ rooms: ["red", sockets.d.id], sender: true }, "a b d", "in a room and an own room"],
    [{ sender: true, except: [sockets.b.id] }, "a c d", "to all except one"],
    [{ rooms: [""], sender: true }, "", "in the room without a name"],
  ];
  for (const [target, who, what] of expectations) assert.equal(await reach("a", target), who, what);
});

overEachTransport("trap 34: a socket's rooms are its own id and those it joined", async ({ connect }) => {
  const socket = await connect({ namespace: "/rooms" });
  assert.deepEqual(await ask(socket, "my-rooms"), [socket.id]);
  await ask(socket, "join", "one");
  await ask(socket, "join", ["two", "three", "one"]);
  assert.deepEqual((await ask(socket, "my-rooms")).sort(), [socket.id, "one", "three", "two"].sort());
  await ask(socket, "leave", "two");
  await ask(socket, "leave", "never joined");
  assert.deepEqual((await ask(socket, "my-rooms")).sort(), [socket.id, "one", "three"].sort());
});

overEachTransport("who left a room gets no more of it", async ({ connect }) => {
  const { sockets, reach } = await crowd(connect, seats);
  await ask(sockets.b, "leave", "red");
  assert.equal(await reach("a", { rooms: ["red"], sender: true }), "a");
  assert.equal(await reach("a", { rooms: ["blue"] }), "b c");
});

overEachTransport("a socket that leaves its own room gets no more private messages", async ({ connect }) => {
  const { sockets, reach } = await crowd(connect, seats);
  await ask(sockets.d, "leave", sockets.d.id);
  assert.equal(await reach("a", { rooms: [sockets.d.id] }), "");
  assert.equal(await reach("a", {}), "b c d");
});

overEachTransport("trap 34: rooms are gone after a disconnect", async ({ connect }) => {
  const { sockets, reach } = await crowd(connect, seats);
  const id = sockets.b.id;
  assert.equal(await ask(sockets.a, "room-size", "red"), 2);
  assert.equal(await ask(sockets.a, "room-size", id), 1);
  sockets.b.disconnect();
  await server.reason(id);
  assert.equal(await ask(sockets.a, "room-size", "red"), 1);
  assert.equal(await ask(sockets.a, "room-size", id), 0);
  assert.equal(await reach("a", { rooms: ["red", "blue"], sender: true }), "a c");
});

overEachTransport("rooms of one name in two namespaces are two rooms", async ({ connect }) => {
  const room = await connect({ namespace: "/rooms" });
  const custom = await connected(room.io.socket("/custom"));
  await ask(room, "join", "shared");
  await ask(custom, "join", "shared");
  const [inRoom, inCustom] = [inboxOf(room, "news"), inboxOf(custom, "news")];
  await ask(room, "send", { rooms: ["shared"], sender: true }, "news", [1]);
  await Promise.all([fence(room), fence(custom)]);
  assert.deepEqual([inRoom.all, inCustom.all], [[[1]], []]);
});

overEachTransport("a broadcast carries several arguments and bytes", async ({ connect }) => {
  const { sockets, news } = await crowd(connect, { a: ["red"], b: ["red"], c: ["red"] });
  const args = ["text", Buffer.from([0, 0x1e, 255]), { deep: [Buffer.alloc(0)] }, null];
  await ask(sockets.a, "send", { rooms: ["red"], sender: true }, "news", args);
  for (const inbox of Object.values(news)) assert.deepEqual(await inbox.next(), args);
});

overEachTransport("broadcasts from one sender arrive in order", async ({ connect }) => {
  const { sockets, news } = await crowd(connect, { a: ["red"], b: ["red"] });
  for (let i = 0; i < 200; i++) sockets.a.emit("send", { rooms: ["red"], sender: true }, "news", [i], () => {});
  const expected = Array.from({ length: 200 }, (_, i) => [i]);
  assert.deepEqual(await news.a.take(200), expected);
  assert.deepEqual(await news.b.take(200), expected);
});

overEachTransport("trap 34: a private message reaches a socket by its id", async ({ connect }) => {
  const { sockets, news } = await crowd(connect, { a: [], b: [], c: [] });
  await ask(sockets.a, "send", { rooms: [sockets.c.id] }, "news", ["psst"]);
  assert.deepEqual(await news.c.next(), ["psst"]);
  await Promise.all(Object.values(sockets).map(fence));
  assert.deepEqual([news.a.all, news.b.all], [[], []]);
});

scenario("a broadcast reaches sockets of every transport", async ({ connect }) => {
  const modes = ["polling", "websocket", "upgrade"];
  const sockets = await Promise.all(modes.map((mode) => connect({ mode, namespace: "/rooms" })));
  const news = sockets.map((socket) => inboxOf(socket, "news"));
  const args = ["ä🦀", Buffer.from([0, 0x1e]), [Buffer.from("b")]];
  await ask(sockets[0], "send", { sender: true }, "news", args);
  for (const inbox of news) assert.deepEqual(await inbox.next(), args);
  await Promise.all(sockets.map(fence));
  for (const inbox of news) assert.equal(inbox.all.length, 1);
});
