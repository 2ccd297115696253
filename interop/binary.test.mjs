import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { fence } from "./harness/client.mjs";
import { inboxOf } from "./harness/inbox.mjs";
import { serving } from "./harness/scenario.mjs";

const { overEachTransport } = serving({ PING_INTERVAL: "300" });

const everyByte = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
const several = (count) => Array.from({ length: count }, (_, i) => Buffer.alloc(i + 1, i));

const samples = {
  "one buffer": [Buffer.from([1, 2, 3])],
  "every byte": [everyByte],
  "an empty buffer": [Buffer.alloc(0)],
  "an empty buffer between others": [Buffer.from("a"), Buffer.alloc(0), Buffer.from("b")],
  "record separators": [Buffer.from([0x1e, 0x1e, 0x62, 0x1e])],
  "bytes that look like packets": [Buffer.from("2probe"), Buffer.from('42["message"]'), Buffer.from("b64")],
  "a buffer deep inside": [{ a: [{ b: { c: Buffer.from("deep") } }] }],
  "buffers among other values": ["text", Buffer.from("one"), { n: 1, two: Buffer.from("two") }, null, [Buffer.from("three"), 4]],
  "10 attachments": [several(10)],
  "the same bytes twice": [Buffer.from("same"), Buffer.from("same")],
};

for (const [what, args] of Object.entries(samples)) {
  overEachTransport(`an event carries ${what} both ways`, async ({ connect }) => {
    const socket = await connect();
    const back = inboxOf(socket, "message-back");
    socket.emit("message", ...args);
    assert.deepEqual(await back.next(), args);
  });

  overEachTransport(`an acknowledgement carries ${what} from the server`, async ({ connect }) => {
    const socket = await connect();
    const answer = new Promise((resolve) => socket.emit("message-with-ack", ...args, (...got) => resolve(got)));
    await fence(socket);
    assert.deepEqual(await answer, args);
  });

  overEachTransport(`an acknowledgement carries ${what} from the client`, async ({ connect }) => {
    const socket = await connect();
    socket.on("question", (answer) => answer(...args));
    const answers = inboxOf(socket, "answer");
    socket.emit("ask-me", 4000);
    assert.deepEqual(await answers.next(), args);
  });
}

overEachTransport("an event carries 300 kB of bytes both ways", async ({ connect }) => {
  const socket = await connect();
  const back = inboxOf(socket, "message-back");
  const large = randomBytes(300_000);
  socket.emit("message", large);
  assert.deepEqual(await back.next(), [large]);
});

overEachTransport("an ArrayBuffer and a view of one arrive as bytes", async ({ connect }) => {
  const socket = await connect();
  const back = inboxOf(socket, "message-back");
  const bytes = Uint8Array.from([9, 8, 7, 6]);
  socket.emit("message", bytes.buffer, bytes.subarray(1, 3));
  assert.deepEqual(await back.next(), [Buffer.from([9, 8, 7, 6]), Buffer.from([8, 7])]);
});

overEachTransport("100 events, each second one binary, keep their order", async ({ connect }) => {
  const socket = await connect();
  const back = inboxOf(socket, "message-back");
  const sent = Array.from({ length: 100 }, (_, i) => [i, i % 2 ? Buffer.from([i]) : "text"]);
  for (const args of sent) socket.emit("message", ...args);
  assert.deepEqual(await back.take(100), sent);
});

overEachTransport("an object with a false placeholder flag is ordinary data", async ({ connect }) => {
  const socket = await connect();
  const back = inboxOf(socket, "message-back");
  const args = [{ _placeholder: false, num: 7 }, Buffer.from("x"), { _placeholder: "true", num: 0 }];
  socket.emit("message", ...args);
  assert.deepEqual(await back.next(), args);
});
