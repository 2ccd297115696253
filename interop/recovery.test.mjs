import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { connected, fence } from "./harness/client.mjs";
import { next, within } from "./harness/deadline.mjs";
import { inboxOf } from "./harness/inbox.mjs";
import { serving } from "./harness/scenario.mjs";

const { scenario, overEachTransport, server } = serving({ CONNECTION_STATE_RECOVERY: "60000" });
const short = serving({ CONNECTION_STATE_RECOVERY: "200" });
const off = serving();

function ask(socket, event, ...args) {
  return within(socket.emitWithAck(event, ...args), `the answer to "${event}"`);
}

/** Breaks the connection below the socket, and waits until the server has noticed. */
async function breakOff(socket, host = server) {
  const { id } = socket;
  await fence(socket); // Node recovers only who has got an event
  const gone = next(socket, "disconnect");
  socket.io.engine.close();
  await gone;
  assert.equal(await host.reason(id), "transport close");
}

/** The events of one name without their offsets. */
function newsOf(socket) {
  const inbox = inboxOf(socket, "news");
  const plain = ([...args]) => args.slice(0, -1);
  return { next: async () => plain(await inbox.next()), take: async (n) => (await inbox.take(n)).map(plain), inbox };
}

const everyone = { sender: true };

overEachTransport("trap 33: a client that was away gets back its id, its rooms, its data and what it has missed", async ({ connect, client }) => {
  const away = client();
  const news = newsOf(away);
  await connected(away);
  assert.equal(away.recovered, false);
  const other = await connect();
  await ask(away, "join", "red");
  await ask(away, "set-data", { name: "Ada", deep: [1, null] });
  const { id } = away;
  await breakOff(away);

  await ask(other, "send", everyone, "news", ["all"]);
  await ask(other, "send", { rooms: ["red"] }, "news", ["red", { bytes: Buffer.from([0, 255]) }]);
  await ask(other, "send", { rooms: ["blue"], sender: true }, "news", ["blue"]);
  await ask(other, "send", { rooms: [id] }, "news", []);
  await ask(other, "send", { except: ["red"], sender: true }, "news", ["not red"]);
  await connected(away);
  assert.deepEqual(await news.take(3), [["all"], ["red", { bytes: Buffer.from([0, 255]) }], []]);
  assert.equal(away.recovered, true);
  assert.equal(away.id, id);
  assert.deepEqual(await ask(away, "state"), { recovered: true, data: { name: "Ada", deep: [1, null] } });
  assert.deepEqual((await ask(away, "my-rooms")).sort(), [id, "red"].sort());
  await ask(other, "send", { rooms: ["red"] }, "news", ["again"]);
  assert.deepEqual(await news.next(), ["again"]);
  await fence(away);
  assert.equal(news.inbox.all.length, 4);
});

overEachTransport("a client comes back again and again", async ({ connect, client }) => {
  const away = client();
  const news = newsOf(away);
  await connected(away);
  const other = await connect();
  const { id } = away;
  for (let round = 0; round < 3; round++) {
    await breakOff(away);
    await ask(other, "send", everyone, "news", [round, "missed"]);
    await connected(away);
    assert.deepEqual([away.recovered, away.id], [true, id]);
    assert.deepEqual(await news.next(), [round, "missed"]);
    await ask(other, "send", everyone, "news", [round, "live"]);
    assert.deepEqual(await news.next(), [round, "live"]);
  }
});

overEachTransport("a client that has missed nothing is recovered too", async ({ connect }) => {
  const socket = await connect();
  const { id } = socket;
  for (let i = 0; i < 2; i++) {
    await breakOff(socket);
    await connected(socket);
    assert.deepEqual([socket.recovered, socket.id], [true, id]);
  }
});

overEachTransport("whoever left or was put out connects anew", async ({ connect }) => {
  const socket = await connect();
  for (const leave of [() => socket.disconnect(), () => socket.emit("disconnect-me", false), () => socket.emit("disconnect-me", true)]) {
    const { id } = socket;
    const gone = next(socket, "disconnect");
    leave();
    await gone;
    await server.reason(id);
    await connected(socket);
    assert.equal(socket.recovered, false);
    assert.notEqual(socket.id, id);
    assert.equal((await ask(socket, "state")).recovered, false);
  }
});

scenario("the middlewares are not asked again", async ({ client }) => {
  const socket = client({ namespace: "/auth", auth: { token: "secret" } });
  await connected(socket);
  const { id } = socket;
  await breakOff(socket);
  socket.auth = { token: "no longer" };
  await connected(socket);
  assert.deepEqual([socket.recovered, socket.id], [true, id]);
  socket.auth = { token: "secret" };
});

short.scenario("whoever stays away too long connects anew", async ({ connect, server }) => {
  const socket = await connect();
  const { id } = socket;
  await breakOff(socket, server);
  await sleep(600);
  await connected(socket);
  assert.equal(socket.recovered, false);
  assert.notEqual(socket.id, id);
});

off.scenario("without recovery there is no offset, and a client connects anew", async ({ connect, server }) => {
  const socket = await connect();
  const news = inboxOf(socket, "news");
  await ask(socket, "send", everyone, "news", ["text"]);
  assert.deepEqual(await news.next(), ["text"]);
  const { id } = socket;
  await breakOff(socket, server);
  await connected(socket);
  assert.ok(!socket.recovered);
  assert.notEqual(socket.id, id);
});

/** Joins by hand; returns what the server told. */
async function joined(session, auth = "") {
  await session.handshake();
  session.send(`40${auth && JSON.stringify(auth)}`);
  const told = JSON.parse((await session.next()).slice(2));
  const [event, data, offset, ...rest] = JSON.parse((await session.next()).slice(2));
  assert.deepEqual([event, data, rest], ["auth", auth || {}, []]);
  return { ...told, offset };
}

/** An event without its offset, and the offset. */
function split(frame) {
  const args = JSON.parse(frame.slice(2));
  return [`42${JSON.stringify(args.slice(0, -1))}`, args.at(-1)];
}

scenario("trap 32: what was missed comes before the answer, each event with its offset at the end", async ({ frames, connect }) => {
  const first = await frames();
  const { sid, pid, offset } = await joined(first);
  assert.match(sid, /^[\w-]{20}$/);
  assert.match(pid, /^[\w-]{20}$/);
  assert.notEqual(sid, pid);
  assert.equal(typeof offset, "string");
  first.abort();
  await server.reason(sid);
  const other = await connect();
  await ask(other, "send", everyone, "news", [1, "two"]);
  await ask(other, "send", everyone, "news", []);

  const second = await frames();
  await second.handshake();
  second.send(`40${JSON.stringify({ pid, offset, own: "data" })}`);
  const [news, newer] = split(await second.next());
  assert.equal(news, '42["news",1,"two"]');
  const [more, newest] = split(await second.next());
  assert.equal(more, '42["news"]');
  assert.equal(new Set([offset, newer, newest]).size, 3);
  assert.equal(await second.next(), `40${JSON.stringify({ sid, pid })}`);
  assert.equal(split(await second.next())[0], `42${JSON.stringify(["auth", { pid, offset, own: "data" }])}`);
  second.abort();
  await server.reason(sid);

  // With the older offset, the newer events come again: they might have been lost on their way.
  const third = await frames();
  await third.handshake();
  third.send(`40${JSON.stringify({ pid, offset: newer })}`);
  assert.deepEqual(split(await third.next()), ['42["news"]', newest]);
});

scenario("events that want an answer or may be missed have no offset and are not kept", async ({ frames, connect }) => {
  const first = await frames();
  const { sid, pid } = await joined(first);
  first.send('421["send",{"sender":true,"volatile":true},"news",[1]]');
  assert.equal(await first.next(), '42["news",1]');
  assert.equal(await first.next(), "431[]");
  first.send('42["ask-me",4000,"?"]');
  assert.match(await first.next(), /^42\d+\["question","\?"\]$/);
  first.send('422["send",{"sender":true},"news",["kept"]]');
  const [, offset] = split(await first.next());
  assert.equal(await first.next(), "432[]");
  first.abort();
  await server.reason(sid);
  const other = await connect();
  await ask(other, "send", { sender: true, volatile: true }, "news", ["volatile"]);
  const second = await frames();
  await second.handshake();
  second.send(`40${JSON.stringify({ pid, offset })}`);
  assert.equal(await second.next(), `40${JSON.stringify({ sid, pid })}`);
});

scenario("an unknown id or offset gives a new socket", async ({ frames }) => {
  const first = await frames();
  const { sid, pid, offset } = await joined(first);
  first.abort();
  await server.reason(sid);
  for (const auth of [{ pid: sid, offset }, { pid, offset: "no offset of yours" }, { pid, offset: 7 }, { pid: 7, offset }]) {
    const session = await frames();
    const told = await joined(session, auth);
    assert.notEqual(told.sid, sid);
    assert.notEqual(told.pid, pid);
  }
});
