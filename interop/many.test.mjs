import assert from "node:assert/strict";
import { fence } from "./harness/client.mjs";
import { within } from "./harness/deadline.mjs";
import { inboxOf } from "./harness/inbox.mjs";
import { serving } from "./harness/scenario.mjs";

const { scenario, server } = serving();
const all = 1000;
const atOnce = 100;

/** Connects them all, each over a WebSocket of its own. */
async function crowd({ connect }) {
  const sockets = [];
  while (sockets.length < all) {
    const batch = Array.from({ length: atOnce }, () => connect({ mode: "websocket", namespace: "/rooms" }));
    sockets.push(...(await Promise.all(batch)));
  }
  return sockets.map((socket) => ({ socket, news: inboxOf(socket, "news") }));
}

function ask({ socket }, event, ...args) {
  return within(socket.emitWithAck(event, ...args), `the answer to "${event}"`, 20_000);
}

/** Checks that everyone got exactly these, after all that was under way has arrived. */
async function assertNews(people, expected) {
  await within(Promise.all(people.map(({ socket }) => fence(socket))), "everybody's fence", 30_000);
  const wrong = people.filter((person) => JSON.stringify(person.news.all) !== JSON.stringify(expected(person)));
  assert.equal(wrong.length, 0, `${wrong.length} got something else, one of them ${JSON.stringify(wrong[0]?.news.all)}`);
}

scenario("1,000 sessions connect and are counted, each with its own ids", async (world) => {
  const people = await crowd(world);
  const count = new Promise((resolve) => people[0].socket.emit("count", (...args) => resolve(args)));
  assert.deepEqual(await within(count, "the count"), [all, all]);
  const ids = new Set(people.flatMap(({ socket }) => [socket.id, socket.io.engine.id]));
  assert.equal(ids.size, 2 * all);
});

scenario("a broadcast reaches each of 1,000 sessions exactly once", async (world) => {
  const people = await crowd(world);
  await ask(people[0], "send", { sender: true }, "news", ["to all", { n: 1 }]);
  await assertNews(people, () => [["to all", { n: 1 }]]);
});

scenario("a binary broadcast reaches each of 1,000 sessions exactly once", async (world) => {
  const people = await crowd(world);
  const bytes = Buffer.alloc(1000, 0x1e);
  await ask(people[0], "send", { sender: true }, "news", [bytes]);
  await assertNews(people, () => [[bytes]]);
});

scenario("a room of 500 gets its message and the other 500 do not", async (world) => {
  const people = await crowd(world);
  const members = new Set(people.filter((_, i) => i % 2 === 0));
  await Promise.all([...members].map((member) => ask(member, "join", "even")));
  await ask(people[1], "send", { rooms: ["even"] }, "news", ["to the room"]);
  await assertNews(people, (person) => (members.has(person) ? [["to the room"]] : []));
});

scenario("overlapping rooms of hundreds get one message each", async (world) => {
  const people = await crowd(world);
  const rooms = people.map((_, i) => ["a", "b", "c"].filter((_, k) => i % (k + 2) === 0));
  await Promise.all(people.map((person, i) => ask(person, "join", rooms[i])));
  await ask(people[1], "send", { rooms: ["a", "b", "c"] }, "news", ["once"]);
  const members = new Set(people.filter((_, i) => rooms[i].length > 0));
  await assertNews(people, (person) => (members.has(person) ? [["once"]] : []));
});

scenario("50 broadcasts arrive in order at all 1,000", async (world) => {
  const people = await crowd(world);
  for (let i = 0; i < 50; i++) people[0].socket.emit("send", { sender: true }, "news", [i], () => {});
  await ask(people[0], "my-rooms");
  await assertNews(people, () => Array.from({ length: 50 }, (_, i) => [i]));
});

scenario("1,000 sessions that leave at once are all seen leaving", async (world) => {
  const people = await crowd(world);
  const ids = people.map(({ socket }) => socket.id);
  for (const { socket } of people) socket.io.engine.close();
  const reasons = await Promise.all(ids.map((id) => server.reason(id, 20_000)));
  assert.deepEqual(new Set(reasons), new Set(["transport close"]));
});
