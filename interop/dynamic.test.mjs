import assert from "node:assert/strict";
import { connected, fence, refused } from "./harness/client.mjs";
import { inboxOf } from "./harness/inbox.mjs";
import { serving } from "./harness/scenario.mjs";

const { scenario, overEachTransport, server } = serving();

const ask = (socket, ...args) => socket.timeout(5000).emitWithAck(...args);

overEachTransport("trap 35: a namespace is made when a client asks for it, with the handlers and middlewares of its parent", async ({ client }) => {
  const socket = client({ namespace: "/dynamic-1", auth: { token: "right" } });
  const greeting = inboxOf(socket, "auth");
  await connected(socket);
  assert.deepEqual(await greeting.next(), [{ token: "right" }]);
  assert.equal(await fence(socket), "fence");
  const error = await refused(client({ namespace: "/dynamic-2", auth: { token: "wrong" } }));
  assert.deepEqual([error.message, error.data], ["not authorised", { code: 401 }]);
});

scenario("trap 35: a broadcast of the parent reaches all its children and nobody else", async ({ connect }) => {
  const names = ["/dynamic-1", "/dynamic-2", "/dynamic-2", "/custom"];
  const sockets = await Promise.all(names.map((namespace) => connect({ namespace })));
  const inboxes = sockets.map((socket) => inboxOf(socket, "news"));
  await ask(sockets[0], "tell-dynamic", "news", [1, Buffer.from([2])]);
  await Promise.all(sockets.map(fence));
  assert.deepEqual(inboxes.map(({ all }) => all.length), [1, 1, 1, 0]);
  assert.deepEqual(inboxes[2].all, [[1, Buffer.from([2])]]);
});

scenario("children are namespaces of their own", async ({ connect }) => {
  const [one, two] = [await connect({ namespace: "/dynamic-1" }), await connect({ namespace: "/dynamic-2" })];
  const news = inboxOf(two, "news");
  for (const socket of [one, two]) await ask(socket, "join", "room");
  assert.equal(await ask(one, "room-size", "room"), 1);
  await ask(one, "send", { rooms: ["room"], sender: true }, "news", []);
  await Promise.all([fence(one), fence(two)]);
  assert.deepEqual(news.all, []);
  const { id } = two;
  two.disconnect();
  assert.equal(await server.reason(id), "client namespace disconnect");
});

scenario("a name that fits no rule is refused", async ({ client }) => {
  for (const namespace of ["/dynamic-", "/dynamic-1x", "/x/dynamic-1", "/dynamic-1/"]) {
    assert.equal((await refused(client({ namespace }))).message, "Invalid namespace", namespace);
  }
});

scenario("a rule may look at the auth data", async ({ client }) => {
  const namespace = "/asked-for";
  for (const auth of [undefined, { token: "wrong" }]) {
    const error = await refused(client({ namespace, auth }));
    assert.deepEqual([error.message, error.data], ["Invalid namespace", undefined]);
  }
  assert.equal(await fence(await connected(client({ namespace, auth: { token: "secret" } }))), "fence");
});
