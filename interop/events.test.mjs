import assert from "node:assert/strict";
import { fence } from "./harness/client.mjs";
import { inboxOf } from "./harness/inbox.mjs";
import { serving } from "./harness/scenario.mjs";

const { overEachTransport } = serving({ PING_INTERVAL: "300" });

const samples = {
  "a text": ["hello"],
  "several arguments": ["one", 2, true, ["four"], { five: 5 }],
  "no arguments": [],
  "an empty text": [""],
  "text of many scripts and planes": ["ÄÖÜ ß", "日本語", "🦀👩‍👩‍👧‍👦", "𝒳\u{10ffff}", "\u2028\u2029", "\0\x1e\u001f"],
  "nested objects": [{ a: { b: { c: [1, [2, [3, { d: null }]]] } }, "": {}, "a key": [] }],
  "numbers": [0, -1, 1.5, -0.25, 1e21, 1e-7, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 5e-324],
  "null, true and false": [null, true, false, [null], { nothing: null }],
  "text that looks like a packet": ['42["message"]', "/custom,1", "b64", "_placeholder"],
  "quotes and backslashes": ['"', "\\", "\\u0041", "\n\r\t\b\f", "</script>"],
};

for (const [what, args] of Object.entries(samples)) {
  overEachTransport(`an event carries ${what} both ways`, async ({ connect }) => {
    const socket = await connect();
    const back = inboxOf(socket, "message-back");
    socket.emit("message", ...args);
    assert.deepEqual(await back.next(), args);
  });
}

overEachTransport("an event carries 100 kB of text both ways", async ({ connect }) => {
  const socket = await connect();
  const back = inboxOf(socket, "message-back");
  const long = "aé🦀".repeat(100_000 / 7);
  socket.emit("message", long);
  assert.deepEqual(await back.next(), [long]);
});

overEachTransport("what JSON cannot say becomes null or disappears", async ({ connect }) => {
  const socket = await connect();
  const back = inboxOf(socket, "message-back");
  socket.emit("message", undefined, NaN, { gone: undefined, kept: 1 }, [undefined]);
  assert.deepEqual(await back.next(), [null, null, { kept: 1 }, [null]]);
});

overEachTransport("the auth event greets with an empty object when the client sent none", async ({ client }) => {
  const socket = client();
  const auth = inboxOf(socket, "auth");
  socket.connect();
  assert.deepEqual(await auth.next(), [{}]);
});

overEachTransport("1,000 events from the server arrive in order", async ({ connect }) => {
  const socket = await connect();
  const numbers = inboxOf(socket, "number");
  socket.emit("count-to", 1000);
  const received = await numbers.take(1000);
  assert.deepEqual(received, Array.from({ length: 1000 }, (_, i) => [i]));
});

overEachTransport("10,000 events emitted in one burst arrive whole and in order", async ({ connect }) => {
  const socket = await connect();
  const numbers = inboxOf(socket, "number");
  socket.emit("count-to", 10_000);
  const received = await numbers.take(10_000);
  assert.deepEqual(received, Array.from({ length: 10_000 }, (_, i) => [i]));
});

overEachTransport("1,000 events from the client are handled in order", async ({ connect }) => {
  const socket = await connect();
  const back = inboxOf(socket, "message-back");
  for (let i = 0; i < 1000; i++) socket.emit("message", i);
  const received = await back.take(1000);
  assert.deepEqual(received, Array.from({ length: 1000 }, (_, i) => [i]));
});

overEachTransport("200 events in one burst are all acknowledged, each with its own answer", async ({ connect }) => {
  const socket = await connect();
  const burst = Array.from({ length: 200 }, (_, i) => socket.timeout(10_000).emitWithAck("message-with-ack", i));
  assert.deepEqual(await Promise.all(burst), Array.from({ length: 200 }, (_, i) => i));
});

overEachTransport("an event that nobody listens to changes nothing", async ({ connect }) => {
  const socket = await connect();
  socket.emit("nobody listens to this", 1);
  assert.equal(await fence(socket), "fence");
});

overEachTransport("events and answers keep their order among each other", async ({ connect }) => {
  const socket = await connect();
  const order = [];
  socket.on("message-back", (n) => order.push(`event ${n}`));
  for (let i = 0; i < 50; i++) {
    socket.emit("message", i);
    socket.emit("message-with-ack", i, (n) => order.push(`ack ${n}`));
  }
  await fence(socket);
  assert.deepEqual(order, Array.from({ length: 50 }, (_, i) => [`event ${i}`, `ack ${i}`]).flat());
});
