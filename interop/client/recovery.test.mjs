// A server that keeps the state of a client that is cut off, and what it missed.
import assert from "node:assert/strict";
import { eventually } from "./harness/program.mjs";
import { persistent, serving } from "./harness/scenario.mjs";

const { overEachTransport, scenario, onlyReference, onlySalon } = serving({ CONNECTION_STATE_RECOVERY: "20000" });

/** A client behind a relay in the room "room", and one beside it. */
async function pair({ connect, relay }, options) {
  const between = await relay();
  const socket = await connect({ to: between, ...persistent, namespace: "/rooms", ...options });
  const other = await connect({ namespace: "/rooms", mode: "websocket" });
  await socket.ask("join", "room");
  return { between, socket, other };
}

const send = (other, event, ...args) => other.ask("send", { rooms: ["room"] }, event, args);

/** Without the offset, which JavaScript's handlers see at the end of the arguments. */
const withoutOffset = (count) => (args) => args.slice(0, count);

/** Cuts the client off, in a way that the server notices, and lets it come back when what happens meanwhile has happened. */
async function cutOff({ mode, server }, { between, socket }, meanwhile = async () => {}) {
  const { id } = await socket.state();
  if (mode === "polling") await eventually(() => between.isPolled(), "a poll");
  if (mode === "upgrade") await socket.upgraded();
  await between.leave();
  await socket.ends.next();
  await server.reason(id);
  await meanwhile();
  await between.comeBack();
  return socket.back();
}

overEachTransport("trap 32: a client that was cut off has its id and rooms again, and gets what it missed, in order", async (world) => {
  const both = await pair(world);
  const { socket, other } = both;
  const { id } = await socket.state();
  await send(other, "news", "before", 0);
  await socket.events("news").next();
  for (let round = 1; round < 3; round++) {
    const missed = Array.from({ length: 20 }, (_, i) => [`missed ${round}`, i]);
    const back = await cutOff(world, both, () => Promise.all(missed.map((args) => send(other, "news", ...args))));
    assert.deepEqual(back, { id, recovered: true });
    assert.equal((await socket.state()).recovered, true);
    assert.deepEqual((await socket.events("news").take(20)).map(withoutOffset(2)), missed);
    assert.equal((await socket.ask("state"))[0].recovered, true);
  }
  await send(other, "news", "after", 0);
  assert.deepEqual(withoutOffset(2)(await socket.events("news").next()), ["after", 0]);
  assert.equal(socket.events("news").all.length, 42);
});

overEachTransport("missed bytes arrive too", async (world) => {
  const both = await pair(world);
  const { socket, other } = both;
  await send(other, "news", "before");
  await socket.events("news").next();
  const missed = [[Buffer.from([1, 2]), { deep: Buffer.alloc(3000, 7) }], [Buffer.alloc(0), "text"]];
  const { recovered } = await cutOff(world, both, () => Promise.all(missed.map((args) => send(other, "news", ...args))));
  assert.equal(recovered, true);
  assert.deepEqual((await socket.events("news").take(2)).map(withoutOffset(2)), missed);
});

overEachTransport("what the client emitted meanwhile goes out when it is recovered", async (world) => {
  const both = await pair(world);
  const { socket } = both;
  const emit = async () => {
    for (let i = 0; i < 20; i++) socket.emit("message", i, null);
  };
  const { recovered } = await cutOff(world, both, emit);
  assert.equal(recovered, true);
  assert.deepEqual((await socket.events("message-back").take(20)).map(withoutOffset(2)), Array.from({ length: 20 }, (_, i) => [i, null]));
});

overEachTransport("a client that was recovered is recovered again without another event", async (world) => {
  const both = await pair(world);
  const { socket, other } = both;
  await send(other, "news", "before");
  await socket.events("news").next();
  const { id } = await socket.state();
  for (let i = 0; i < 3; i++) assert.deepEqual(await cutOff(world, both), { id, recovered: true });
});

scenario("trap 33: a client that left is another when it comes back", async (world) => {
  const { socket } = await pair(world);
  const { id } = await socket.state();
  socket.disconnect();
  await socket.ends.next();
  const back = await socket.connected();
  assert.notEqual(back.id, id);
  assert.equal(back.recovered, false);
});

scenario("a client of a server that has forgotten it is another, and is told so", async (world) => {
  const both = await pair(world);
  const { socket } = both;
  const { id } = await socket.state();
  const restart = async () => {
    await world.server.kill();
    await world.server.start();
  };
  const back = await cutOff(world, both, restart);
  assert.notEqual(back.id, id);
  assert.equal(back.recovered, false);
});

/** A volatile event has no offset; what is at its end is the application's. */
async function endsWithText(world) {
  const both = await pair(world);
  const { socket, other } = both;
  await send(other, "news", "before");
  await socket.events("news").next();
  await socket.fence();
  await other.ask("send", { rooms: ["room"], volatile: true }, "news", ["text at the end"]);
  await socket.events("news").next();
  return cutOff(world, both);
}

// Node's server lets the text be the last argument; salon's has a null after it, so that even JavaScript's client is not misled.
const misled = onlyOn("reference", onlyReference);
misled("trap 32: any text at the end of an event is taken for an offset, and the client is not recovered", async (world) => {
  assert.equal((await endsWithText(world)).recovered, false);
});

onlySalon("text at the end of an event that has no offset is not taken for one", async (world) => {
  assert.equal((await endsWithText(world)).recovered, true);
});

function onlyOn(server, define) {
  return (process.env.SALON_SERVER ?? "reference") === server ? define : () => {};
}
