// Many namespaces over one connection, and who may join them.
import assert from "node:assert/strict";
import { serving } from "./harness/scenario.mjs";

const { overEachTransport, scenario } = serving();

const names = ["/", "/custom", "/rooms", "/dynamic-1", "/handlers"];

overEachTransport("five namespaces use one connection", async ({ manager, server }) => {
  const shared = manager();
  const sockets = names.map((name) => shared.socket(name));
  const connections = await Promise.all(sockets.map((socket) => socket.connected()));
  assert.equal(new Set(connections.map(({ id }) => id)).size, 5);
  assert.equal(new Set(sockets.map(({ manager }) => manager)).size, 1);
  // The session of the test before this one may still be on its way out.
  await sockets[0].counted(1);
  for (const [i, socket] of sockets.entries()) {
    socket.emit("message", names[i], Buffer.from([i]));
    assert.deepEqual(await socket.events("message-back").next(), [names[i], Buffer.from([i])]);
    assert.deepEqual(await socket.ask("count"), [1, 1]);
  }
  for (const socket of sockets) assert.equal(socket.events("message-back").all.length, 1);
  shared.close();
  for (const { id } of connections) await server.reason(id);
});

overEachTransport("the connection is there until the last namespace is left", async ({ manager, connect, server }) => {
  const shared = manager();
  const [main, custom] = ["/", "/custom"].map((name) => shared.socket(name));
  const [{ id: mainId }, { id: customId }] = await Promise.all([main.connected(), custom.connected()]);
  main.disconnect();
  assert.equal(await server.reason(mainId), "client namespace disconnect");
  assert.deepEqual(await main.ends.next(), { reason: "io client disconnect", active: false, id: null });
  assert.deepEqual(await custom.ask("message-with-ack", 1), [1]);

  custom.disconnect();
  assert.equal(await server.reason(customId), "client namespace disconnect");
  const other = await connect();
  await other.counted(1);
});

overEachTransport("a namespace that was left can be joined again, with another id", async ({ manager, server }) => {
  const shared = manager();
  const [main, custom] = ["/", "/custom"].map((name) => shared.socket(name));
  await main.connected();
  const before = await custom.connected();
  custom.disconnect();
  // Node's server closes the connection of a client that leaves and joins in one breath.
  await server.reason(before.id);
  const after = await custom.connected();
  assert.notEqual(after.id, before.id);
  assert.deepEqual(await custom.ask("message-with-ack", 1), [1]);
  // The session of the test before this one may still be on its way out.
  await main.counted(1);
  assert.deepEqual(await main.ask("count"), [1, 1]);
});

overEachTransport("a socket that left can connect again, also when it was the last", async ({ connect }) => {
  const socket = await connect();
  for (let i = 0; i < 3; i++) {
    socket.disconnect();
    await socket.ends.next();
    await socket.connected();
    assert.deepEqual(await socket.ask("message-with-ack", i), [i]);
  }
});

overEachTransport("trap 18: a refusal leaves the connection open, and tells message and data", async ({ manager }) => {
  const shared = manager();
  const [main, unknown, auth] = ["/", "/unknown", "/auth"].map((name) => shared.socket(name));
  await main.connected();
  unknown.connect();
  assert.deepEqual(await unknown.refused(), { message: "Invalid namespace", data: undefined, active: false });
  auth.connect();
  assert.deepEqual(await auth.refused(), { message: "not authorised", data: { code: 401 }, active: false });
  // The session of the test before this one may still be on its way out.
  await main.counted(1);
  assert.deepEqual(await main.ask("count"), [1, 1]);
});

overEachTransport("trap 30: who is refused does not try again by itself, but may be told to", async ({ client }) => {
  const socket = client({ namespace: "/auth", auths: [{ token: "wrong" }, { token: "secret" }], reconnection: true, reconnectionDelay: 10 });
  socket.connect();
  assert.deepEqual(await socket.refused(), { message: "not authorised", data: { code: 401 }, active: false });
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.deepEqual(socket.log, ["connect_error"]);
  await socket.connected();
  assert.deepEqual(await socket.events("auth").next(), [{ token: "secret" }]);
});

overEachTransport("auth is sent as it is, and asked for at each connection", async ({ client, connect }) => {
  const value = await connect({ auth: { token: "secret", nested: { list: [1, null, "ä"] } } });
  assert.deepEqual(await value.events("auth").next(), [{ token: "secret", nested: { list: [1, null, "ä"] } }]);

  const asked = client({ auths: [{ count: 1 }, { count: 2 }, { count: 3 }] });
  for (const count of [1, 2, 3, 3]) {
    await asked.connected();
    assert.deepEqual(await asked.events("auth").next(), [{ count }]);
    asked.disconnect();
    await asked.ends.next();
  }
});

overEachTransport("each namespace has its own auth", async ({ manager }) => {
  const shared = manager();
  const main = shared.socket("/", { auth: { for: "main" } });
  const custom = shared.socket("/custom", { auth: { for: "custom" } });
  await Promise.all([main.connected(), custom.connected()]);
  assert.deepEqual(await main.events("auth").next(), [{ for: "main" }]);
  assert.deepEqual(await custom.events("auth").next(), [{ for: "custom" }]);
});

overEachTransport("the path of a URL is the namespace, and its query is the handshake's", async ({ open }) => {
  const custom = open("/custom?token=a%20b&x=");
  await custom.joined();
  const [{ query }] = await custom.ask("handshake");
  assert.deepEqual([query.token, query.x, query.EIO], ["a b", "", "4"]);
  const main = open("/");
  await main.joined();
  assert.deepEqual(await main.ask("message-with-ack", 1), [1]);
});

scenario("connecting twice joins once", async ({ client }) => {
  const socket = client();
  socket.connect();
  socket.connect();
  await socket.joined();
  socket.connect();
  await socket.fence();
  assert.deepEqual(socket.log, ["connect", "auth"]);
});

scenario("a client that leaves before it has joined does not join", async ({ connect, client }) => {
  const socket = client();
  socket.connect();
  socket.disconnect();
  const other = await connect();
  await other.counted(1);
  assert.deepEqual(socket.log, []);
});
