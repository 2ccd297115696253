// MessagePack in place of JSON.
import assert from "node:assert/strict";
import { persistent, serving } from "./harness/scenario.mjs";

const { overEachTransport } = serving({ PARSER: "msgpack" });

const kinds = [null, true, 0, -1, 1.5, 2 ** 40, "", "ä🦀", Buffer.from([0, 255]), [], [[1]], {}, { deep: { bytes: Buffer.alloc(70_000, 7) } }];

overEachTransport("trap 24: events and acknowledgements of every kind travel in MessagePack", async ({ connect }) => {
  const socket = await connect({ parser: "msgpack" });
  socket.emit("message", ...kinds);
  assert.deepEqual(await socket.events("message-back").next(), kinds);
  assert.deepEqual(await socket.ask("message-with-ack", ...kinds), kinds);
  socket.emit("ask-me", 10_000, ...kinds);
  const { args, answer } = await socket.questions.next();
  assert.deepEqual(args, kinds);
  answer(...kinds);
  assert.deepEqual(await socket.events("answer").next(), kinds);
});

overEachTransport("a namespace refuses in MessagePack", async ({ client }) => {
  const socket = client({ parser: "msgpack", namespace: "/auth", auths: [{ token: "wrong" }, { token: "secret" }] });
  socket.connect();
  assert.deepEqual(await socket.refused(), { message: "not authorised", data: { code: 401 }, active: false });
  await socket.connected();
  assert.deepEqual(await socket.events("auth").next(), [{ token: "secret" }]);
});

overEachTransport("a client of MessagePack comes back", async ({ connect, relay }) => {
  const between = await relay();
  const socket = await connect({ to: between, parser: "msgpack", ...persistent });
  await between.leave();
  await socket.ends.next();
  socket.emit("message", "late", Buffer.from([1]));
  await between.comeBack();
  assert.deepEqual(await socket.events("message-back").next(), ["late", Buffer.from([1])]);
});
