// Connections that are lost, and come back.
import assert from "node:assert/strict";
import { eventually } from "./harness/program.mjs";
import { persistent, serving } from "./harness/scenario.mjs";

const { overEachTransport, scenario } = serving();

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Why a connection ends that is cut, or whose server is gone. */
const lost = (mode) => (mode === "polling" ? ["transport close", "transport error"] : ["transport close"]);

overEachTransport("a client comes back after a restart, and what it emitted meanwhile arrives once and in order", async ({ connect, server, mode }) => {
  const socket = await connect(persistent);
  if (mode === "upgrade") await socket.upgraded();
  await server.kill();
  const { reason, active, id } = await socket.ends.next();
  assert.ok(lost(mode).includes(reason), reason);
  assert.deepEqual([active, id], [true, null]);

  const late = Array.from({ length: 100 }, (_, i) => [i, Buffer.from([i])]);
  for (const args of late) socket.emit("message", ...args);
  const answer = socket.ask("message-with-ack", "late");
  await server.start();
  await socket.back();
  assert.deepEqual(await answer, ["late"]);
  assert.deepEqual(await socket.events("message-back").take(100), late);
  await socket.fence();
  assert.equal(socket.events("message-back").all.length, 100);
  assert.equal(socket.ends.all.length, 1);
});

overEachTransport("attempts are numbered from one, and so is the one that succeeds", async ({ connect, relay, mode }) => {
  const between = await relay();
  const socket = await connect({ to: between, ...persistent });
  if (mode === "upgrade") await socket.upgraded();
  const { attempts, reconnections } = socket.manager;
  for (let round = 0; round < 2; round++) {
    const before = attempts.all.length;
    await between.leave();
    await eventually(() => attempts.all.length >= before + 3, "three attempts");
    await between.comeBack();
    const last = await reconnections.next();
    await socket.back();
    assert.deepEqual(attempts.all.slice(before), Array.from({ length: last }, (_, i) => i + 1));
  }
});

overEachTransport("each failed attempt is an error of the manager and of the socket", async ({ connect, relay }) => {
  const between = await relay();
  const socket = await connect({ to: between, ...persistent, reconnectionAttempts: 3 });
  await between.leave();
  await socket.manager.failures.next();
  assert.deepEqual(socket.manager.attempts.all, [1, 2, 3]);
  await socket.manager.errors.take(3);
  assert.deepEqual(socket.log.filter((what) => what === "connect_error").length, 3);
  assert.deepEqual(socket.manager.reconnections.all, []);
});

overEachTransport("after it has given up a client can be told to connect again", async ({ connect, relay }) => {
  const between = await relay();
  const socket = await connect({ to: between, ...persistent, reconnectionAttempts: 1 });
  await between.leave();
  await socket.manager.failures.next();
  await between.comeBack();
  socket.connect();
  await socket.back();
  assert.deepEqual(await socket.ask("message-with-ack", 1), [1]);
});

overEachTransport("trap 30: the first connection is tried again too", async ({ client, relay }) => {
  const between = await relay();
  await between.leave();
  const socket = client({ to: between, ...persistent });
  socket.connect();
  const { data, active } = await socket.refused();
  assert.deepEqual([data, active], [undefined, true]);
  await socket.manager.attempts.take(2);
  await between.comeBack();
  await socket.back();
  assert.ok((await socket.manager.reconnections.next()) >= 2);
  assert.deepEqual(await socket.ask("message-with-ack", 1), [1]);
});

overEachTransport("without reconnection a lost connection stays lost", async ({ connect, relay }) => {
  const between = await relay();
  const socket = await connect({ to: between, reconnection: false });
  between.cut();
  await socket.ends.next();
  await pause(100);
  assert.deepEqual(socket.manager.attempts.all, []);
  socket.connect();
  await socket.back();
});

overEachTransport("a client that leaves while it tries to come back stops trying", async ({ connect, relay }) => {
  const between = await relay();
  const socket = await connect({ to: between, ...persistent });
  await between.leave();
  await socket.manager.attempts.next();
  socket.disconnect();
  const { active } = await socket.state();
  assert.equal(active, false);
  await pause(250);
  const tried = socket.manager.attempts.all.length;
  await between.comeBack();
  await pause(250);
  assert.equal(socket.manager.attempts.all.length, tried);
  assert.equal(between.requests.filter(({ isWebSocket }) => isWebSocket).length <= 1, true);
  assert.deepEqual([socket.ends.all.length, (await socket.state()).connected], [1, false]);
});

overEachTransport("all namespaces of a connection come back with it", async ({ manager, relay }) => {
  const between = await relay();
  const shared = manager({ to: between, ...persistent });
  const sockets = ["/", "/custom", "/rooms"].map((name) => shared.socket(name));
  const before = await Promise.all(sockets.map((socket) => socket.connected()));
  between.cut();
  await Promise.all(sockets.map((socket) => socket.ends.next()));
  const after = await Promise.all(sockets.map((socket) => socket.back()));
  for (const [i, { id, recovered }] of after.entries()) {
    assert.notEqual(id, before[i].id);
    assert.equal(recovered, false);
  }
  assert.deepEqual(await sockets[0].ask("message-with-ack", 1), [1]);
});

overEachTransport("a namespace that was left does not come back", async ({ manager, relay }) => {
  const between = await relay();
  const shared = manager({ to: between, ...persistent });
  const [main, custom] = ["/", "/custom"].map((name) => shared.socket(name));
  await Promise.all([main.connected(), custom.connected()]);
  custom.disconnect();
  await custom.ends.next();
  between.cut();
  await main.ends.next();
  await main.back();
  await main.fence();
  assert.deepEqual((await custom.state()).connected, false);
});

overEachTransport("auth is asked for again when the client comes back", async ({ client, relay }) => {
  const between = await relay();
  const socket = client({ to: between, ...persistent, auths: [{ count: 1 }, { count: 2 }] });
  await socket.connected();
  assert.deepEqual(await socket.events("auth").next(), [{ count: 1 }]);
  between.cut();
  await socket.back();
  assert.deepEqual(await socket.events("auth").next(), [{ count: 2 }]);
});

overEachTransport("who waits for an answer is told that the connection was lost, and what was not sent yet is", async ({ connect, relay }) => {
  const between = await relay();
  const socket = await connect({ to: between, ...persistent });
  const unanswered = socket.ask("message", "nobody answers this");
  await socket.fence();
  await between.leave();
  await assert.rejects(unanswered, /^Error: disconnected$/);
  await socket.ends.next();
  const unsent = socket.ask("message-with-ack", "not sent yet");
  await between.comeBack();
  assert.deepEqual(await unsent, ["not sent yet"]);
});

overEachTransport("what waits too long for a connection is a timeout, and is not sent", async ({ connect, relay }) => {
  const between = await relay();
  const socket = await connect({ to: between, ...persistent });
  await between.leave();
  await socket.ends.next();
  await assert.rejects(socket.askWith({ timeout: 50 }, "message", "too late"), /^Error: timeout$/);
  await between.comeBack();
  await socket.back();
  await socket.fence();
  assert.equal(socket.events("message-back").all.length, 0);
});

scenario("delays double up to the largest", async ({ connect, relay }) => {
  const between = await relay();
  const socket = await connect({ to: between, ...persistent, reconnectionDelay: 40, reconnectionDelayMax: 160, reconnectionAttempts: 4 });
  await between.leave();
  await socket.ends.next();
  const start = performance.now();
  await socket.manager.failures.next();
  const took = performance.now() - start;
  // 40, 80, 160 and 160 ms, and what four refused connections take.
  assert.ok(took >= 430 && took < 2000, `${took} ms`);
});

scenario("an opening that takes too long is an error, and is tried again", async ({ client, relay }) => {
  const between = await relay();
  between.upgrades = "hold";
  const socket = client({ to: between, ...persistent, mode: "websocket", timeout: 100 });
  socket.connect();
  assert.deepEqual(await socket.refused(), { message: "timeout", data: undefined, active: true });
  between.upgrades = "pass";
  between.cut();
  await socket.back();
});
