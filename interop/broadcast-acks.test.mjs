import assert from "node:assert/strict";
import { fence } from "./harness/client.mjs";
import { within } from "./harness/deadline.mjs";
import { serving } from "./harness/scenario.mjs";

const { scenario, overEachTransport } = serving({ PING_INTERVAL: "300" });

const namespace = "/rooms";
const everyone = { sender: true };

/** Sockets of which each answers a question in its own way. */
async function panel(connect, answers) {
  const sockets = [];
  for (const answer of answers) {
    const socket = await connect({ namespace });
    socket.on("question", (...args) => answer(args.pop(), ...args));
    sockets.push(socket);
  }
  return sockets;
}

/** Asks from one of them; returns whether all answered, and the answers. */
function askAll(socket, target, ms, args = []) {
  const answer = new Promise((resolve) => socket.emit("ask-all", target, ms, args, (...result) => resolve(result)));
  return within(answer, "the answers of all");
}

overEachTransport("trap 26: a broadcast is answered by everyone who gets it", async ({ connect }) => {
  const sockets = await panel(connect, [
    (reply, n) => reply(n + 1),
    (reply, n, text) => reply(`${text}${n}`),
    (reply) => reply({ deep: [Buffer.from([0, 255])] }),
    (reply) => reply(),
    (reply) => reply("first", "second"),
  ]);
  const [complete, answers] = await askAll(sockets[0], everyone, 4000, [1, "n"]);
  assert.equal(complete, true);
  const expected = [2, "n1", { deep: [Buffer.from([0, 255])] }, null, "first"];
  for (const answer of expected) assert.ok(answers.some((one) => isEqual(one, answer)), `${JSON.stringify(answer)} is missing`);
  assert.equal(answers.length, expected.length);
});

function isEqual(left, right) {
  try {
    assert.deepEqual(left, right);
    return true;
  } catch {
    return false;
  }
}

overEachTransport("answers come in the order of their arrival", async ({ connect }) => {
  const held = [];
  const sockets = await panel(connect, [0, 1, 2].map((i) => (reply) => (held[i] = () => reply(i))));
  const answers = askAll(sockets[0], everyone, 4000);
  while (held.filter(Boolean).length < 3) await Promise.all(sockets.map(fence));
  for (const i of [2, 0, 1]) {
    held[i]();
    await fence(sockets[i]);
  }
  assert.deepEqual(await answers, [true, [2, 0, 1]]);
});

overEachTransport("only the recipients are asked", async ({ connect }) => {
  const sockets = await panel(connect, ["a", "b", "c"].map((name) => (reply) => reply(name)));
  await sockets[1].emitWithAck("join", "red");
  assert.deepEqual(await askAll(sockets[0], { rooms: ["red"] }, 4000), [true, ["b"]]);
  assert.deepEqual(await askAll(sockets[0], { rooms: [sockets[0].id] }, 4000), [true, []], "without the sender nobody is there");
  const [complete, answers] = await askAll(sockets[0], {}, 4000);
  assert.deepEqual([complete, answers.sort()], [true, ["b", "c"]]);
});

overEachTransport("at the deadline there is what has come", async ({ connect }) => {
  let late;
  const sockets = await panel(connect, [(reply) => reply("in time"), (reply) => (late = reply)]);
  assert.deepEqual(await askAll(sockets[0], everyone, 200), [false, ["in time"]]);
  late("too late");
  await fence(sockets[1]);
  assert.deepEqual(await askAll(sockets[0], { rooms: [sockets[0].id], sender: true }, 4000), [true, ["in time"]]);
});

scenario("trap 25: all recipients get the same id, and an answer counts once", async ({ frames }) => {
  const sessions = [];
  for (let i = 0; i < 2; i++) {
    const session = await frames();
    await session.handshake();
    await session.join(namespace);
    sessions.push(session);
  }
  const [first, second] = sessions;
  first.send(`42${namespace},7["ask-all",{"sender":true},4000,["?"]]`);
  const [question, same] = [await first.next(), await second.next()];
  assert.equal(same, question);
  const id = /^42\/rooms,(\d+)\["question","\?"\]$/.exec(question)?.[1];
  assert.ok(id, question);
  first.send(`43${namespace},${id}["once"]`, `43${namespace},${id}["twice"]`, `42${namespace},8["message-with-ack"]`);
  assert.equal(await first.next(), `43${namespace},8[]`);
  second.send(`43${namespace},${id}["other"]`);
  assert.equal(await first.next(), `43${namespace},7[true,["once","other"]]`);
});

scenario("recipients on every transport answer one question", async ({ connect }) => {
  const modes = ["polling", "websocket", "upgrade"];
  const sockets = [];
  for (const mode of modes) {
    const socket = await connect({ mode, namespace });
    socket.on("question", (data, reply) => reply([mode, data]));
    sockets.push(socket);
  }
  const data = { bytes: Buffer.from([1, 0x1e]), text: "ä🦀" };
  const [complete, answers] = await askAll(sockets[0], everyone, 4000, [data]);
  assert.equal(complete, true);
  assert.deepEqual(answers.sort(), modes.sort().map((mode) => [mode, data]));
});
