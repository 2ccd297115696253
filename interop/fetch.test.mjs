import assert from "node:assert/strict";
import { next, within } from "./harness/deadline.mjs";
import { serving } from "./harness/scenario.mjs";

const { overEachTransport, server } = serving();

function ask(socket, event, ...args) {
  return within(socket.emitWithAck(event, ...args), `the answer to "${event}"`);
}

const everyone = { sender: true };

overEachTransport("fetched sockets tell their ids, handshakes, rooms and data", async ({ connect }) => {
  const ann = await connect({ namespace: "/rooms", auth: { name: "Ann" }, query: { from: "here" } });
  const bob = await connect({ namespace: "/rooms" });
  await ask(ann, "join", ["red", "blue"]);
  await ask(ann, "set-data", { age: 36 });
  const all = await ask(bob, "fetch", everyone);
  assert.deepEqual(all.map(({ id }) => id).sort(), [ann.id, bob.id].sort());
  const [one, ...others] = await ask(bob, "fetch", { rooms: ["red", "blue"], sender: true });
  assert.deepEqual(others, []);
  assert.deepEqual(Object.keys(one).sort(), ["data", "handshake", "id", "rooms"]);
  assert.equal(one.id, ann.id);
  assert.deepEqual(one.rooms.sort(), [ann.id, "red", "blue"].sort());
  assert.deepEqual(one.data, { age: 36 });
  const names = ["address", "auth", "headers", "issued", "query", "secure", "time", "url", "xdomain"];
  assert.deepEqual(Object.keys(one.handshake).sort(), names);
  assert.deepEqual([one.handshake.auth, one.handshake.query.from], [{ name: "Ann" }, "here"]);
  const { data } = all.find(({ id }) => id === bob.id);
  assert.deepEqual(data, {}, "without data it is an empty object");
});

overEachTransport("a target is fetched as it is sent to", async ({ connect }) => {
  const [a, b, c] = [await connect(), await connect(), await connect()];
  await ask(a, "join", "red");
  await ask(b, "join", "red");
  const ids = async (target) => (await ask(a, "fetch", target)).map(({ id }) => id).sort();
  assert.deepEqual(await ids({ rooms: ["red"] }), [b.id]);
  assert.deepEqual(await ids({ sender: true, except: ["red"] }), [c.id]);
  assert.deepEqual(await ids({ rooms: [c.id, "red"], sender: true }), [a.id, b.id, c.id].sort());
  assert.deepEqual(await ids({ rooms: ["nowhere"], sender: true }), []);
});

overEachTransport("many sockets join and leave several rooms", async ({ connect }) => {
  const [a, b, c] = [await connect(), await connect(), await connect()];
  await ask(a, "join", "red");
  await ask(b, "join", "red");
  await ask(c, "move", { rooms: ["red"], sender: true }, ["green", "blue"], ["red", "never joined"]);
  for (const socket of [a, b]) assert.deepEqual((await ask(socket, "my-rooms")).sort(), [socket.id, "blue", "green"].sort());
  assert.deepEqual(await ask(c, "my-rooms"), [c.id]);
});

overEachTransport("many sockets are disconnected, with their connections or without", async ({ connect }) => {
  for (const close of [false, true]) {
    const [a, b, c] = [await connect(), await connect(), await connect()];
    await ask(a, "join", "out");
    await ask(b, "join", "out");
    const ids = [a.id, b.id];
    const gone = [a, b].map((socket) => next(socket, "disconnect"));
    await ask(c, "expel", { rooms: ["out"] }, close);
    for (const left of await Promise.all(gone)) assert.equal(left[0], "io server disconnect");
    for (const id of ids) assert.equal(await server.reason(id), "server namespace disconnect");
    assert.ok(c.connected);
    c.disconnect();
  }
});
