// How connections end, and which of them come back.
import assert from "node:assert/strict";
import { Program } from "./harness/program.mjs";
import { persistent, serving } from "./harness/scenario.mjs";

const { overEachTransport, scenario, server } = serving();
const beating = serving({ PING_INTERVAL: "300", PING_TIMEOUT: "400" });

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

for (const close of [false, true]) {
  const what = close ? "that is sent away with its connection" : "that is sent away";
  overEachTransport(`trap 30: a client ${what} does not come back by itself`, async ({ connect, mode }) => {
    const socket = await connect(persistent);
    if (mode === "upgrade") await socket.upgraded();
    const { id } = await socket.state();
    socket.emit("disconnect-me", close);
    assert.deepEqual(await socket.ends.next(), { reason: "io server disconnect", active: false, id: null });
    assert.equal(await server.reason(id), "server namespace disconnect");
    await pause(150);
    assert.deepEqual(socket.manager.attempts.all, []);
    assert.deepEqual(await socket.state(), { connected: false, active: false, recovered: false, id: null, transport: null });
    // But it can be told to.
    await socket.connected();
    assert.deepEqual(await socket.ask("message-with-ack", 1), [1]);
  });
}

overEachTransport("a client that leaves says so, to itself and to the server", async ({ connect, mode }) => {
  const socket = await connect(persistent);
  if (mode === "upgrade") await socket.upgraded();
  const { id } = await socket.state();
  socket.disconnect();
  assert.deepEqual(await socket.ends.next(), { reason: "io client disconnect", active: false, id: null });
  assert.equal(await server.reason(id), "client namespace disconnect");
  socket.disconnect();
  await pause(50);
  assert.equal(socket.ends.all.length, 1);
});

overEachTransport("a manager that is closed ends its sockets and comes back no more", async ({ manager }) => {
  const shared = manager(persistent);
  const sockets = ["/", "/custom"].map((name) => shared.socket(name));
  await Promise.all(sockets.map((socket) => socket.connected()));
  shared.close();
  for (const socket of sockets) assert.equal((await socket.ends.next()).reason, "forced close");
  await pause(100);
  assert.deepEqual(shared.attempts.all, []);
});

beating.overEachTransport("a server that is frozen is a ping timeout, and the client comes back when it goes on", async ({ connect, server, mode }) => {
  const socket = await connect(persistent);
  if (mode === "upgrade") await socket.upgraded();
  const start = performance.now();
  server.freeze();
  try {
    assert.deepEqual(await socket.ends.next(), { reason: "ping timeout", active: true, id: null });
  } finally {
    server.thaw();
  }
  const took = performance.now() - start;
  // Pings are 300 ms apart, so the last one was up to 300 ms ago, and 700 ms is what it waits for the next.
  assert.ok(took >= 350 && took < 5000, `${took} ms`);
  await socket.back();
  assert.deepEqual(await socket.ask("message-with-ack", 1), [1]);
});

beating.overEachTransport("an idle client outlives many pings", async ({ connect }) => {
  const socket = await connect();
  await pause(1500);
  assert.deepEqual(await socket.ask("message-with-ack", 1), [1]);
  assert.deepEqual(socket.ends.all, []);
});

for (const what of ["hold", "mute"]) {
  scenario(`a server that is killed in the middle of an upgrade is lost as any other (${what})`, async ({ connect, relay, server }) => {
    const between = await relay();
    between.upgrades = what;
    const socket = await connect({ to: between, ...persistent, mode: "upgrade" });
    for (let i = 0; i < 3; i++) socket.emit("message", i);
    await socket.fence();
    while (!between.requests.some(({ isWebSocket }) => isWebSocket)) await pause(5);
    await server.kill();
    between.cut();
    const { reason, active } = await socket.ends.next();
    assert.ok(["transport close", "transport error"].includes(reason), reason);
    assert.equal(active, true);
    between.upgrades = "pass";
    await server.start();
    await socket.back();
    await socket.upgraded();
    assert.deepEqual(await socket.ask("message-with-ack", 1), [1]);
  });
}

scenario("a client that leaves in the middle of an upgrade has left", async ({ connect, relay }) => {
  const between = await relay();
  between.upgrades = "hold";
  const socket = await connect({ to: between, mode: "upgrade" });
  const { id } = await socket.state();
  while (!between.requests.some(({ isWebSocket }) => isWebSocket)) await pause(5);
  socket.disconnect();
  assert.equal((await socket.ends.next()).reason, "io client disconnect");
  assert.equal(await server.reason(id), "client namespace disconnect");
});

scenario("the program ends when its input ends, whatever is open", async ({ server }) => {
  const program = new Program();
  program.start();
  const url = `http://${server.address}`;
  for (const [manager, transports] of [["polling"], ["websocket"], ["polling", "websocket"]].entries()) {
    program.order({ do: "manager", manager, url, options: { transports } });
    program.order({ do: "socket", socket: manager, manager, namespace: "/" });
    program.order({ do: "connect", socket: manager });
  }
  await pause(300);
  assert.equal(await program.end(), 0);
});
