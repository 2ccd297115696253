// Which transport is used when.
import assert from "node:assert/strict";
import { engineIo, socketIo } from "./harness/node.mjs";
import { alone, modes } from "./harness/scenario.mjs";

const { scenario } = alone();

const both = ["polling", "websocket"];
const echo = (socket) => socket.on("echo", (...args) => args.pop()(...args));

async function assertWorks(socket) {
  assert.deepEqual(await socket.ask("echo", "ä", Buffer.from([1])), ["ä", Buffer.from([1])]);
}

scenario("a server without polling is reached when all transports are tried", async ({ keep, client }) => {
  const server = await keep(socketIo({ transports: ["websocket"] }, echo));
  const stubborn = client({ to: server, transports: both });
  stubborn.connect();
  await stubborn.refused();

  const flexible = client({ to: server, transports: both, tryAllTransports: true });
  await flexible.connected();
  assert.equal((await flexible.state()).transport, "websocket");
  await assertWorks(flexible);
});

scenario("a server without WebSocket is reached when all transports are tried", async ({ keep, client, relay }) => {
  const server = await keep(socketIo({ transports: ["polling"] }, echo));
  const between = await relay(server);
  const socket = client({ to: between, transports: ["websocket", "polling"], tryAllTransports: true });
  await socket.connected();
  assert.equal((await socket.state()).transport, "polling");
  await assertWorks(socket);
  assert.deepEqual(between.handshakes.map(({ query }) => query.get("transport")), ["websocket", "polling"]);
});

scenario("when every transport fails there is one error", async ({ keep, client, relay }) => {
  const server = await keep(socketIo({}, echo));
  const between = await relay(server);
  between.upgrades = "refuse";
  between.others = "refuse";
  const socket = client({ to: between, transports: both, tryAllTransports: true });
  socket.connect();
  await socket.refused();
  assert.equal(between.requests.length, 2);
  assert.equal(socket.outcomes.all.length, 1);
});

scenario("a transport is only tried that is wanted", async ({ keep, connect, relay }) => {
  const server = await keep(socketIo({}, echo));
  for (const [transports, upgrade] of [[["polling"], true], [both, false]]) {
    const between = await relay(server);
    const socket = await connect({ to: between, transports, upgrade });
    for (let i = 0; i < 5; i++) await assertWorks(socket);
    assert.equal((await socket.state()).transport, "polling");
    assert.ok(between.requests.every(({ isWebSocket }) => !isWebSocket));
  }
});

scenario("no upgrade is tried that the server does not offer", async ({ keep, connect, relay }) => {
  const server = await keep(socketIo({ allowUpgrades: false }, echo));
  const between = await relay(server);
  const socket = await connect({ to: between, transports: both });
  for (let i = 0; i < 5; i++) await assertWorks(socket);
  assert.ok(between.requests.every(({ isWebSocket }) => !isWebSocket));
});

for (const what of ["refuse", "hold", "mute"]) {
  scenario(`trap 11: an upgrade that fails leaves the connection polling (${what})`, async ({ keep, connect, relay }) => {
    const server = await keep(socketIo({}, echo));
    const between = await relay(server);
    between.upgrades = what;
    const socket = await connect({ to: between, transports: both });
    for (let i = 0; i < 20; i++) await assertWorks(socket);
    assert.equal((await socket.state()).transport, "polling");
    assert.equal(between.requests.filter(({ isWebSocket }) => isWebSocket).length, 1);
    assert.deepEqual(socket.ends.all, []);
  });
}

scenario("trap 10: no poll begins after the upgrade, and nothing is lost or doubled while it goes on", async ({ keep, connect, relay }) => {
  const serve = (socket) => {
    let count = 0;
    const timer = setInterval(() => socket.emit("tick", count++), 2);
    socket.on("disconnect", () => clearInterval(timer));
    socket.on("echo", (...args) => args.pop()(...args));
  };
  const server = await keep(socketIo({}, serve));
  const between = await relay(server);
  const socket = await connect({ to: between, transports: both });
  const answers = Array.from({ length: 200 }, (_, i) => socket.ask("echo", i));
  await socket.upgraded();
  const polls = between.requests.length;
  assert.deepEqual(await Promise.all(answers), Array.from({ length: 200 }, (_, i) => [i]));
  const ticks = await socket.events("tick").take(100);
  assert.deepEqual(ticks, Array.from({ length: 100 }, (_, i) => [i]));
  assert.equal(between.requests.length, polls);
});

scenario("a client remembers that WebSocket worked, if told so", async ({ keep, connect, relay }) => {
  const server = await keep(socketIo({}, echo));
  for (const rememberUpgrade of [true, false]) {
    const between = await relay(server);
    const socket = await connect({ to: between, transports: both, rememberUpgrade });
    await socket.upgraded();
    socket.disconnect();
    await socket.ends.next();
    between.requests.length = 0;
    await socket.connected();
    assert.equal(between.handshakes[0].query.get("transport"), rememberUpgrade ? "websocket" : "polling");
    if (rememberUpgrade) assert.equal((await socket.state()).transport, "websocket");
  }
});

scenario("what is written before a client leaves arrives before its leave", async ({ keep, connect }) => {
  for (const mode of ["polling", "websocket"]) {
    const server = await keep(engineIo());
    const socket = await connect({ to: server, mode });
    for (let i = 0; i < 20; i++) socket.emit("news", i, "x".repeat(1000));
    socket.disconnect();
    const messages = await server.messages.take(22);
    assert.deepEqual(messages.map((text) => text.slice(0, 11)), ["0", ...Array.from({ length: 20 }, (_, i) => `2["news",${i},`.slice(0, 11)), "1"]);
    assert.equal(await server.ends.next(), "transport close");
  }
});

scenario("a server that compresses whatever it may is understood", async ({ keep, connect }) => {
  const server = await keep(socketIo({ perMessageDeflate: { threshold: 0 }, httpCompression: { threshold: 0 } }, echo));
  for (const mode of modes) {
    const socket = await connect({ to: server, mode });
    if (mode === "upgrade") await socket.upgraded();
    const args = ["ä".repeat(5000), Buffer.alloc(5000, 7), "short"];
    assert.deepEqual(await socket.ask("echo", ...args), args);
  }
});
