// At least once: events that are sent again until the server has acknowledged them.
import assert from "node:assert/strict";
import { Inbox } from "../harness/inbox.mjs";
import { socketIo } from "./harness/node.mjs";
import { alone, persistent } from "./harness/scenario.mjs";

const { overEachTransport, scenario } = alone();

/** A server that keeps all events to itself, the first `silent` times that each one comes. */
async function forgetful({ keep }, silent) {
  const got = new Inbox("events");
  const times = new Map();
  const serve = (socket) =>
    socket.on("work", (n, ack) => {
      times.set(n, (times.get(n) ?? 0) + 1);
      got.put(n);
      if (times.get(n) > silent) ack(n * 10);
    });
  const server = await keep(socketIo({}, serve));
  return { server, got };
}

overEachTransport("trap 28: an event is sent again until it is acknowledged, and then the next one", async (world) => {
  const { server, got } = await forgetful(world, 1);
  // Long enough for a machine that is busy, where each event would come once more.
  const socket = await world.connect({ to: server, retries: 3, ackTimeout: 300 });
  const answers = [1, 2, 3].map((n) => socket.ask("work", n));
  assert.deepEqual(await Promise.all(answers), [[10], [20], [30]]);
  assert.deepEqual(got.all, [1, 1, 2, 2, 3, 3]);
});

scenario("trap 28: there are as many tries as retries and one, and then the next event has its turn", async (world) => {
  const { server, got } = await forgetful(world, Infinity);
  const socket = await world.connect({ to: server, retries: 2, ackTimeout: 40 });
  const answers = [socket.ask("work", 1), socket.ask("work", 2)];
  for (const answer of answers) await assert.rejects(answer, /^Error: timeout$/);
  assert.deepEqual(got.all, [1, 1, 1, 2, 2, 2]);
});

scenario("an event that nobody waits for is acknowledged all the same", async (world) => {
  const { server, got } = await forgetful(world, 1);
  const socket = await world.connect({ to: server, retries: 3, ackTimeout: 300 });
  for (const n of [1, 2]) socket.emit("work", n);
  assert.deepEqual(await got.take(4), [1, 1, 2, 2]);
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.equal(got.all.length, 4);
});

overEachTransport("what was not acknowledged when the connection was lost is sent again over the next one, in order", async (world) => {
  const { server, got } = await forgetful(world, 0);
  const between = await world.relay(server);
  const socket = await world.connect({ to: between, retries: 10, ackTimeout: 10_000, ...persistent });
  await between.leave();
  const answers = [1, 2, 3].map((n) => socket.ask("work", n));
  await between.comeBack();
  assert.deepEqual(await Promise.all(answers), [[10], [20], [30]]);
  assert.deepEqual([...new Set(got.all)], [1, 2, 3]);
  assert.deepEqual(got.all, got.all.toSorted());
});

scenario("what is emitted before the connection waits in the queue", async (world) => {
  const { server, got } = await forgetful(world, 0);
  const socket = world.client({ to: server, retries: 1, ackTimeout: 1000 });
  const answers = [1, 2, 3].map((n) => socket.ask("work", n));
  socket.connect();
  assert.deepEqual(await Promise.all(answers), [[10], [20], [30]]);
  assert.deepEqual(got.all, [1, 2, 3]);
});

scenario("trap 31: volatile events are not sent again", async (world) => {
  const got = new Inbox("events");
  const server = await world.keep(socketIo({}, (socket) => socket.on("work", (...args) => got.put(args))));
  const socket = await world.connect({ to: server, mode: "websocket", retries: 3, ackTimeout: 30 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  socket.emitWith({ volatile: true }, "work", 1);
  await got.next();
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.deepEqual(got.all, [[1]]);
});
