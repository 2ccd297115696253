// A server's limit on what it takes at once.
import assert from "node:assert/strict";
import { persistent, serving } from "./harness/scenario.mjs";

const LIMIT = 10_000;
const { overEachTransport, scenario, onlyReference, onlySalon } = serving({ MAX_PAYLOAD: String(LIMIT) });

/** Makes a POST of many packets: what is emitted while another is on its way goes out in one. */
function emitBurst(socket, events) {
  for (const args of events) socket.emit("message", ...args);
}

const bursts = {
  "small texts": Array.from({ length: 2000 }, (_, i) => [i]),
  "texts beyond ASCII": Array.from({ length: 300 }, (_, i) => [i, "ä🦀".repeat(50)]),
  "texts of a fifth of the limit": Array.from({ length: 100 }, (_, i) => [i, "x".repeat(LIMIT / 5)]),
};

async function assertBatched({ relay, connect }, events) {
  const between = await relay();
  const socket = await connect({ to: between, mode: "polling" });
  emitBurst(socket, events);
  assert.deepEqual(await socket.events("message-back").take(events.length), events);
  const sizes = between.requests.filter(({ method }) => method === "POST").map(({ size }) => size);
  assert.ok(Math.max(...sizes) <= LIMIT, `${Math.max(...sizes)} bytes`);
  assert.ok(sizes.length < events.length / 2, `${sizes.length} requests`);
}

for (const [what, events] of Object.entries(bursts)) {
  scenario(`trap 16: ${what} over polling are never more than the limit in one request, and all arrive`, (world) => assertBatched(world, events));
}

const bytes = Array.from({ length: 100 }, (_, i) => [i, Buffer.alloc(899, i)]);

onlySalon("bytes over polling are never more than the limit in one request, and all arrive", (world) => assertBatched(world, bytes));

// It takes 1.33 characters for each byte, and it is a little more.
onlyReference("bytes over polling may be more than the limit in one request, which ends the connection", async ({ connect }) => {
  const socket = await connect({ mode: "polling" });
  emitBurst(socket, bytes);
  assert.equal((await socket.ends.next()).reason, "transport error");
});

overEachTransport("one that is as large as the limit arrives", async ({ connect }) => {
  const socket = await connect();
  const text = "x".repeat(LIMIT - '42["message",""]'.length);
  socket.emit("message", text);
  assert.deepEqual(await socket.events("message-back").next(), [text]);
});

overEachTransport("trap 16: one that is larger than the limit is sent, and ends the connection", async ({ connect, mode }) => {
  const socket = await connect(persistent);
  if (mode === "upgrade") await socket.upgraded();
  socket.emit("message", "x".repeat(LIMIT + 1));
  const { reason, active } = await socket.ends.next();
  assert.deepEqual([reason, active], [mode === "polling" ? "transport error" : "transport close", true]);
  await socket.back();
  assert.deepEqual(await socket.ask("message-with-ack", 1), [1]);
});

overEachTransport("a burst of the server of many times the limit arrives", async ({ connect }) => {
  const socket = await connect();
  socket.emit("count-to", 3000);
  assert.deepEqual(await socket.events("number").take(3000), Array.from({ length: 3000 }, (_, i) => [i]));
});
