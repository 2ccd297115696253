// Events and acknowledgements in both directions, and their flags.
import assert from "node:assert/strict";
import { serving } from "./harness/scenario.mjs";

const { overEachTransport, scenario } = serving();

const bytes = [Buffer.from([0, 1, 255]), { deep: [Buffer.alloc(0), { deeper: Buffer.alloc(70_000, 7) }] }, "text between", Buffer.from("more")];
const numbers = [0, -1, 1.5, 2 ** 53 - 1, -(2 ** 53 - 1), 1e300, -1e-300];
const texts = ["", "ä🦀\u2028\u2029", "\u0000\u001e\u007f", '"\\', "null"];

overEachTransport("arguments of every kind come back as they went", async ({ connect }) => {
  const socket = await connect();
  const back = socket.events("message-back");
  for (const args of [[], numbers, texts, [null, true, false], [{}, [], [[]], { "": { "-": [] } }], bytes]) {
    socket.emit("message", ...args);
    assert.deepEqual(await back.next(), args);
    assert.deepEqual(await socket.ask("message-with-ack", ...args), args);
  }
});

overEachTransport("texts and bytes of almost a megabyte arrive", async ({ connect }) => {
  const socket = await connect();
  const text = "ä🦀".repeat(150_000);
  const bytes = Buffer.from(Array.from({ length: 700_000 }, (_, i) => i % 251));
  for (const large of [text, bytes]) assert.deepEqual(await socket.askWith({ timeout: 10_000 }, "message-with-ack", large), [large]);
});

overEachTransport("text that looks like what stands for bytes is text", async ({ connect }) => {
  const socket = await connect();
  const args = [{ _placeholder: false, num: 0 }, "_placeholder"];
  assert.deepEqual(await socket.ask("message-with-ack", ...args), args);
});

overEachTransport("the server gets the answers it asks for, with bytes too", async ({ connect }) => {
  const socket = await connect();
  for (const args of [[], [1, "two"], bytes]) {
    socket.emit("ask-me", 10_000, "asked");
    const { name, args: asked, answer } = await socket.questions.next();
    assert.deepEqual([name, asked], ["question", ["asked"]]);
    answer(...args);
    assert.deepEqual(await socket.events("answer").next(), args);
  }
});

overEachTransport("only the first answer is sent, and none after the server's deadline counts", async ({ connect }) => {
  const socket = await connect();
  socket.emit("ask-me", 10_000);
  const twice = await socket.questions.next();
  twice.answer("first");
  twice.answer("second");
  assert.deepEqual(await socket.events("answer").next(), ["first"]);

  socket.emit("ask-me", 1);
  const late = await socket.questions.next();
  await socket.events("answer-timeout").next();
  late.answer("late");
  await socket.fence();
  assert.equal(socket.events("answer").all.length, 1);
});

overEachTransport("questions may be answered in any order", async ({ connect }) => {
  const socket = await connect();
  for (const name of ["a", "b", "c"]) socket.emit("ask-me", 10_000, name);
  const questions = await socket.questions.take(3);
  for (const { args, answer } of questions.reverse()) answer(...args);
  assert.deepEqual(await socket.events("answer").take(3), [["c"], ["b"], ["a"]]);
});

overEachTransport("an answer that does not come in time is a timeout, and one that comes later is nobody's", async ({ connect }) => {
  const socket = await connect();
  // Nobody answers this event.
  await assert.rejects(socket.askWith({ timeout: 50 }, "message", 1), /^Error: timeout$/);
  assert.deepEqual(await socket.events("message-back").next(), [1]);
  assert.deepEqual(await socket.askWith({ timeout: 10_000 }, "message-with-ack", 1), [1]);
});

scenario("a time for all acknowledgements can be set", async ({ connect }) => {
  const socket = await connect({ ackTimeout: 50 });
  await assert.rejects(socket.ask("message"), /^Error: timeout$/);
  assert.deepEqual(await socket.askWith({ timeout: 10_000 }, "message-with-ack", 1), [1]);
});

overEachTransport("who waits for an answer is told when the connection ends", async ({ connect }) => {
  const socket = await connect();
  const asked = [socket.ask("message"), socket.askWith({ timeout: 30_000 }, "message")];
  await socket.fence();
  socket.disconnect();
  for (const one of asked) await assert.rejects(one, /^Error: disconnected$/);
});

overEachTransport("a thousand events in a burst arrive once and in order, both ways", async ({ connect }) => {
  const socket = await connect();
  const sent = Array.from({ length: 1000 }, (_, i) => (i % 7 ? [i] : [i, Buffer.from([i % 256])]));
  for (const args of sent) socket.emit("message", ...args);
  assert.deepEqual(await socket.events("message-back").take(1000), sent);
  socket.emit("count-to", 1000);
  assert.deepEqual(await socket.events("number").take(1000), sent.map(([i]) => [i]));
});

overEachTransport("compress says nothing to a connection that does not compress", async ({ connect }) => {
  const socket = await connect();
  for (const compress of [true, false]) {
    assert.deepEqual(await socket.askWith({ compress }, "message-with-ack", compress, ...bytes), [compress, ...bytes]);
  }
});

overEachTransport("volatile events arrive when the connection is idle", async ({ connect, mode }) => {
  const socket = await connect();
  if (mode === "upgrade") await socket.upgraded();
  await socket.fence();
  // By polling the answer may be there before the POST of the question is over.
  await new Promise((resolve) => setTimeout(resolve, 100));
  socket.emitWith({ volatile: true }, "message", "volatile", Buffer.from([1]));
  assert.deepEqual(await socket.events("message-back").next(), ["volatile", Buffer.from([1])]);
});

overEachTransport("volatile events are dropped while there is no connection, others are kept", async ({ client, connect }) => {
  await connect();
  const socket = client();
  socket.emitWith({ volatile: true }, "message", "dropped");
  socket.emit("message", "kept");
  await socket.connected();
  assert.deepEqual(await socket.events("message-back").next(), ["kept"]);
  await socket.fence();
  assert.equal(socket.events("message-back").all.length, 1);
});

overEachTransport("names of events may be anything that is not reserved", async ({ connect }) => {
  const socket = await connect();
  const names = ["", "a b", "ä🦀", '"quoted"', "constructor", "toString", "__proto__x", "x".repeat(1000)];
  for (const name of names) {
    await socket.ask("send", { sender: true }, name, [name]);
    assert.deepEqual(await socket.events(name).next(), [name]);
  }
});

overEachTransport("the greeting is the first event, and comes after the connection", async ({ connect }) => {
  const socket = await connect();
  await socket.fence();
  assert.deepEqual(socket.log.slice(0, 2), ["connect", "auth"]);
});

overEachTransport("what is emitted before the connection goes out first", async ({ client }) => {
  const socket = client();
  const early = Array.from({ length: 50 }, (_, i) => [i, Buffer.from([i])]);
  for (const args of early) socket.emit("message", ...args);
  const answer = socket.ask("message-with-ack", "early");
  await socket.connected();
  socket.emit("message", "late");
  assert.deepEqual(await answer, ["early"]);
  assert.deepEqual(await socket.events("message-back").take(51), [...early, ["late"]]);
});
