import assert from "node:assert/strict";
import { connected, fence, refused } from "./harness/client.mjs";
import { inboxOf } from "./harness/inbox.mjs";
import { serving } from "./harness/scenario.mjs";
import { next } from "./harness/deadline.mjs";

const { scenario, overEachTransport, server } = serving({ PING_INTERVAL: "300" });

const publicId = /^[A-Za-z0-9_-]{20}$/;

overEachTransport("two namespaces share one connection", async ({ connect }) => {
  const main = await connect();
  const custom = await connected(main.io.socket("/custom"));
  assert.equal(custom.io.engine, main.io.engine);
  const [mainBack, customBack] = [inboxOf(main, "message-back"), inboxOf(custom, "message-back")];
  main.emit("message", "to main");
  custom.emit("message", "to custom");
  assert.deepEqual(await mainBack.next(), ["to main"]);
  assert.deepEqual(await customBack.next(), ["to custom"]);
  await Promise.all([fence(main), fence(custom)]);
  assert.equal(mainBack.all.length + customBack.all.length, 2);
});

overEachTransport("a client may use a namespace without the main one", async ({ connect }) => {
  const socket = await connect({ namespace: "/custom" });
  const back = inboxOf(socket, "message-back");
  socket.emit("message", Buffer.from("bytes"));
  assert.deepEqual(await back.next(), [Buffer.from("bytes")]);
});

overEachTransport("trap 18: an unknown namespace is refused and the connection stays usable", async ({ connect }) => {
  const main = await connect();
  const error = await refused(main.io.socket("/unknown"));
  assert.equal(error.message, "Invalid namespace");
  assert.equal(error.data, undefined);
  assert.equal(await fence(main), "fence");
  const custom = await connected(main.io.socket("/custom"));
  assert.equal(await fence(custom), "fence");
});

overEachTransport("the auth object reaches the server", async ({ client }) => {
  const socket = client({ namespace: "/custom", auth: { token: "t", nested: { list: [1, "🦀", null] } } });
  const greeting = inboxOf(socket, "auth");
  await connected(socket);
  assert.deepEqual(await greeting.next(), [{ token: "t", nested: { list: [1, "🦀", null] } }]);
});

overEachTransport("a middleware refuses with a message and data", async ({ client }) => {
  const error = await refused(client({ namespace: "/auth", auth: { token: "wrong" } }));
  assert.equal(error.message, "not authorised");
  assert.deepEqual(error.data, { code: 401 });
});

overEachTransport("a middleware lets the right token in, also after a refusal", async ({ client }) => {
  const socket = client({ namespace: "/auth", auth: { token: "wrong" } });
  await refused(socket);
  socket.auth = { token: "secret" };
  await connected(socket);
  assert.equal(await fence(socket), "fence");
});

overEachTransport("leaving one namespace keeps the other", async ({ connect }) => {
  const main = await connect();
  const custom = await connected(main.io.socket("/custom"));
  const id = custom.id;
  custom.disconnect();
  assert.equal(await server.reason(id), "client namespace disconnect");
  assert.equal(await fence(main), "fence");
});

overEachTransport("a namespace can be joined again after leaving it, with a new id", async ({ connect }) => {
  const main = await connect();
  const custom = await connected(main.io.socket("/custom"));
  const before = custom.id;
  custom.disconnect();
  await server.reason(before);
  await connected(custom);
  assert.notEqual(custom.id, before);
  assert.equal(await fence(custom), "fence");
});

overEachTransport("trap 3: each namespace gives its own id of 20 characters, none of them the engine's", async ({ connect }) => {
  const main = await connect();
  const custom = await connected(main.io.socket("/custom"));
  const ids = [main.id, custom.id, main.io.engine.id];
  for (const id of ids) assert.match(id, publicId);
  assert.equal(new Set(ids).size, 3);
});

overEachTransport("the server leaves one namespace and keeps the other", async ({ connect }) => {
  const main = await connect();
  const custom = await connected(main.io.socket("/custom"));
  const id = custom.id;
  const [reason] = await Promise.all([next(custom, "disconnect"), custom.emit("disconnect-me", false)]);
  assert.equal(reason[0], "io server disconnect");
  assert.equal(await server.reason(id), "server namespace disconnect");
  assert.equal(await fence(main), "fence");
});

scenario("CONNECT is answered byte for byte", async ({ frames }) => {
  const session = await frames();
  await session.handshake();
  session.send("40");
  assert.match(await session.next(), /^40\{"sid":"[A-Za-z0-9_-]{20}"\}$/);
  assert.equal(await session.next(), '42["auth",{}]');
  session.send('40/custom,{"b":1,"a":[true]}');
  assert.match(await session.next(), /^40\/custom,\{"sid":"[A-Za-z0-9_-]{20}"\}$/);
  assert.equal(await session.next(), '42/custom,["auth",{"b":1,"a":[true]}]');
});

scenario("trap 22: a namespace may end the packet without a comma", async ({ frames }) => {
  const session = await frames();
  await session.handshake();
  session.send("40/custom");
  assert.match(await session.next(), /^40\/custom,\{"sid":"[A-Za-z0-9_-]{20}"\}$/);
});

scenario("trap 21: refusals are written byte for byte", async ({ frames }) => {
  const session = await frames();
  await session.handshake();
  session.send("40/unknown,");
  assert.equal(await session.next(), '44/unknown,{"message":"Invalid namespace"}');
  session.send('40/auth,{"token":"wrong"}');
  assert.equal(await session.next(), '44/auth,{"message":"not authorised","data":{"code":401}}');
  session.send("40/auth,");
  assert.equal(await session.next(), '44/auth,{"message":"not authorised","data":{"code":401}}');
  session.send("40");
  assert.match(await session.next(), /^40\{"sid"/);
});

scenario("names of namespaces are compared as they are", async ({ frames }) => {
  const session = await frames();
  await session.handshake();
  for (const name of ["/Custom", "/custom/", "/custom?token=1", "/cust", "//", "/%63ustom"]) {
    session.send(`40${name},`);
    assert.equal(await session.next(), `44${name},{"message":"Invalid namespace"}`);
  }
});

scenario("a server's disconnect of a namespace is one packet", async ({ frames }) => {
  const session = await frames();
  await session.handshake();
  await session.join();
  await session.join("/custom");
  session.send('42/custom,["disconnect-me",false]');
  assert.equal(await session.next(), "41/custom,");
  session.send('421["message-with-ack"]');
  assert.equal(await session.next(), "431[]");
  session.send('42["disconnect-me",false]');
  assert.equal(await session.next(), "41");
  assert.ok(session.isOpen);
  session.send("40");
  assert.match(await session.next(), /^40\{"sid"/);
});
