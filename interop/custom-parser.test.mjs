// A parser that client and server have made themselves.
import assert from "node:assert/strict";
import { connected, fence, refused } from "./harness/client.mjs";
import { next } from "./harness/deadline.mjs";
import { inboxOf } from "./harness/inbox.mjs";
import { json as parser } from "./harness/parsers.mjs";
import { serving } from "./harness/scenario.mjs";

const { scenario, overEachTransport, server } = serving({ PARSER: "json" });

overEachTransport("a parser of one's own carries events and answers both ways", async ({ connect }) => {
  const socket = await connect({ parser });
  const back = inboxOf(socket, "message-back");
  const args = [1, "two", [3.5, null], { "größe": true, "\u001e": "\u001e" }];
  socket.emit("message", ...args);
  assert.deepEqual(await back.next(), args);
  assert.deepEqual(await socket.emitWithAck("message-with-ack", { a: 1 }), { a: 1 });
  const answers = inboxOf(socket, "answer");
  socket.on("question", (...question) => question.pop()(...question));
  socket.emit("ask-me", 4000, "why?");
  assert.deepEqual(await answers.next(), ["why?"]);
});

overEachTransport("a parser of one's own joins, refuses and leaves namespaces", async ({ connect, client }) => {
  const socket = await connect({ parser });
  const error = await refused(client({ parser, namespace: "/auth", auth: { token: "wrong" } }));
  assert.deepEqual([error.message, error.data], ["not authorised", { code: 401 }]);
  const other = await connected(socket.io.socket("/custom"));
  const gone = next(other, "disconnect");
  const { id } = other;
  other.emit("disconnect-me", false);
  assert.equal((await gone)[0], "io server disconnect");
  assert.equal(await server.reason(id), "server namespace disconnect");
  assert.equal(await fence(socket), "fence");
});

scenario("its packets are what the parser writes", async ({ frames }) => {
  const session = await frames();
  await session.handshake();
  session.send('4{"type":0,"nsp":"/custom"}');
  assert.match(await session.next(), /^4\{.*"sid":/);
  assert.match(await session.next(), /^4\{.*\["auth",\{\}\]/);
  session.send('4{"type":2,"nsp":"/custom","data":["message",1]}');
  const answer = JSON.parse((await session.next()).slice(1));
  assert.deepEqual(answer, { type: 2, nsp: "/custom", data: ["message-back", 1] });
});

scenario("packets that the parser does not read close the connection", async ({ frames }) => {
  for (const packet of ['42["message"]', '4{"type":5,"nsp":"/","data":[]}', Buffer.from([1])]) {
    const session = await frames();
    await session.handshake();
    session.send('4{"type":0,"nsp":"/"}');
    const [, sid] = /"sid":"([^"]+)"/.exec(await session.next());
    await session.next(); // the "auth" event
    session.send(packet);
    await session.closed();
    assert.equal(await server.reason(sid), "forced close");
  }
});
