import assert from "node:assert/strict";
import { fence } from "./harness/client.mjs";
import { inboxOf } from "./harness/inbox.mjs";
import { serving } from "./harness/scenario.mjs";

const { scenario, overEachTransport } = serving({ PING_INTERVAL: "300" });

overEachTransport("a client awaits the server's answer", async ({ connect }) => {
  const socket = await connect();
  assert.deepEqual(await socket.emitWithAck("message-with-ack", { a: 1 }), { a: 1 });
});

overEachTransport("an answer of the server carries several arguments", async ({ connect }) => {
  const socket = await connect();
  const answer = new Promise((resolve) => socket.emit("message-with-ack", 1, "two", [3], null, (...args) => resolve(args)));
  await fence(socket);
  assert.deepEqual(await answer, [1, "two", [3], null]);
});

overEachTransport("an answer of the server may be empty", async ({ connect }) => {
  const socket = await connect();
  const answer = new Promise((resolve) => socket.emit("message-with-ack", (...args) => resolve(args)));
  await fence(socket);
  assert.deepEqual(await answer, []);
});

overEachTransport("the server gets the client's answer", async ({ connect }) => {
  const socket = await connect();
  const answers = inboxOf(socket, "answer");
  socket.on("question", (text, number, answer) => answer(number, text));
  socket.emit("ask-me", 4000, "text", 7);
  assert.deepEqual(await answers.next(), [7, "text"]);
});

overEachTransport("the client's answer may be empty or long", async ({ connect }) => {
  const socket = await connect();
  const answers = inboxOf(socket, "answer");
  socket.once("question", (answer) => answer());
  socket.emit("ask-me", 4000);
  assert.deepEqual(await answers.next(), []);
  socket.once("question", (answer) => answer("🦀".repeat(20_000), [1], null));
  socket.emit("ask-me", 4000);
  assert.deepEqual(await answers.next(), ["🦀".repeat(20_000), [1], null]);
});

overEachTransport("100 questions of the server get each its own answer", async ({ connect }) => {
  const socket = await connect();
  const answers = inboxOf(socket, "answer");
  const held = [];
  socket.on("question", (number, answer) => held.push(() => answer(number)));
  for (let i = 0; i < 100; i++) socket.emit("ask-me", 8000, i);
  await fence(socket);
  assert.equal(held.length, 100);
  for (const release of held.reverse()) release();
  const numbers = (await answers.take(100)).map(([number]) => number);
  assert.deepEqual(numbers, Array.from({ length: 100 }, (_, i) => 99 - i));
});

overEachTransport("the server gives up when the client does not answer in time", async ({ connect }) => {
  const socket = await connect();
  const given = inboxOf(socket, "answer-timeout");
  socket.on("question", () => {});
  socket.emit("ask-me", 50);
  assert.deepEqual(await given.next(), []);
});

overEachTransport("an answer after the server gave up is ignored", async ({ connect }) => {
  const socket = await connect();
  const given = inboxOf(socket, "answer-timeout");
  const answers = inboxOf(socket, "answer");
  let late;
  socket.on("question", (answer) => (late = answer));
  socket.emit("ask-me", 50);
  await given.next();
  late("too late");
  assert.equal(await fence(socket), "fence");
  assert.deepEqual(answers.all, []);
  assert.equal(given.all.length, 1);
});

overEachTransport("a client that gets no answer in time gets an error", async ({ connect }) => {
  const socket = await connect();
  await assert.rejects(socket.timeout(100).emitWithAck("nobody listens to this"), /operation has timed out/);
  assert.equal(await fence(socket), "fence");
});

scenario("trap 25: the ids of the server's questions count from 0 in a namespace", async ({ frames, server }) => {
  const session = await frames();
  await session.handshake();
  const id = await session.join("/auth", { token: "secret" });
  session.send('42/auth,["ask-me",4000,"a"]', '42/auth,["ask-me",4000,"b"]');
  assert.equal(await session.next(), '42/auth,0["question","a"]');
  assert.equal(await session.next(), '42/auth,1["question","b"]');
  session.close();
  assert.equal(await server.reason(id), "transport close");
});

scenario("trap 25: a second answer to the same question is ignored", async ({ frames }) => {
  const session = await frames();
  await session.handshake();
  await session.join();
  session.send('42["ask-me",4000]');
  const question = await session.next();
  const id = /^42(\d+)\["question"\]$/.exec(question)?.[1];
  assert.ok(id, question);
  session.send(`43${id}["first"]`, `43${id}["second"]`, '421["message-with-ack","fence"]');
  assert.equal(await session.next(), '42["answer","first"]');
  assert.equal(await session.next(), '431["fence"]');
});

scenario("trap 25: an answer to a question that was never asked is ignored", async ({ frames }) => {
  const session = await frames();
  await session.handshake();
  await session.join();
  session.send('43999["what?"]', '421["message-with-ack","fence"]');
  assert.equal(await session.next(), '431["fence"]');
});

scenario("an answer repeats the client's id, however large", async ({ frames }) => {
  const session = await frames();
  await session.handshake();
  await session.join();
  for (const id of ["0", "7", "123456789", "9007199254740991"]) {
    session.send(`42${id}["message-with-ack"]`);
    assert.equal(await session.next(), `43${id}[]`);
  }
});

scenario("trap 23: a binary answer is announced with its attachments", async ({ frames }) => {
  const session = await frames();
  await session.handshake();
  await session.join("/custom");
  session.send('451-/custom,12["message-with-ack",{"_placeholder":true,"num":0}]', Buffer.from([1, 2]));
  assert.equal(await session.next(), '461-/custom,12[{"_placeholder":true,"num":0}]');
  assert.deepEqual(await session.next(), Buffer.from([1, 2]));
});
