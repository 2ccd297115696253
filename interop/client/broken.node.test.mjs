// Servers of another protocol, and servers that break it.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { engineIo } from "./harness/node.mjs";
import { alone, persistent } from "./harness/scenario.mjs";

const SocketIo2 = createRequire(import.meta.url)("socket.io-2");

const { overEachTransport, scenario, onlyReference, onlySalon } = alone();

const TOO_OLD =
  "It seems you are trying to reach a Socket.IO server in v2.x with a v3.x client, but they are not compatible " +
  "(more information here: https://socket.io/docs/v3/migrating-from-2-x-to-3-0/)";

/** A server of plain HTTP, which gives the same answer to all. */
async function answering(status, headers, body) {
  const http = createServer((_, response) => response.writeHead(status, headers).end(body));
  http.on("upgrade", (_, socket) => socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`));
  await new Promise((resolve) => http.listen(0, "127.0.0.1", resolve));
  return { address: `127.0.0.1:${http.address().port}`, abort: () => new Promise((resolve) => http.close(resolve)) };
}

async function socketIo2() {
  const http = createServer();
  const io = SocketIo2(http, { serveClient: false });
  await new Promise((resolve) => http.listen(0, "127.0.0.1", resolve));
  return { address: `127.0.0.1:${http.address().port}`, abort: () => new Promise((resolve) => io.close(resolve)) };
}

scenario("a server of socket.io 2 is recognised", async ({ keep, client }) => {
  const socket = client({ to: await keep(socketIo2()), mode: "websocket" });
  socket.connect();
  assert.equal((await socket.refused()).message, TOO_OLD);
  assert.equal((await socket.state()).connected, false);
});

// By polling the form of a body is another already.
scenario("a server of socket.io 2 is an error by polling", async ({ keep, client }) => {
  const socket = client({ to: await keep(socketIo2()), mode: "polling" });
  socket.connect();
  assert.equal((await socket.refused()).message, "server error");
});

overEachTransport("a greeting without an id is that of an old server", async ({ keep, client }) => {
  for (const greeting of ["0", "0{}"]) {
    const socket = client({ to: await keep(engineIo({ greeting })) });
    socket.connect();
    const { message, data } = await socket.refused();
    assert.deepEqual([message, data], [TOO_OLD, undefined]);
  }
});

const nonsense = {
  "text that is no packet": "nonsense",
  "an unknown type": "9",
  "an event that is no array": '2{"a":1}',
  "an event without a name": "2[]",
  "an event with a reserved name": '2["connect"]',
  "JSON that ends too soon": '2["news"',
  "an attachment that was not announced": Buffer.from([1, 2, 3]),
  "text in place of an attachment": ['51-["news",{"_placeholder":true,"num":0}]', '2["news"]'],
};

for (const [what, messages] of Object.entries(nonsense)) {
  overEachTransport(`${what} is a parse error, and the client comes back`, async ({ keep, connect }) => {
    const server = await keep(engineIo());
    const socket = await connect({ to: server, ...persistent });
    for (const message of [messages].flat()) server.sessions[0].send(message);
    assert.deepEqual(await socket.ends.next(), { reason: "parse error", active: true, id: null });
    await socket.back();
    server.sessions.at(-1).send('2["news",1]');
    assert.deepEqual(await socket.events("news").next(), [1]);
  });
}

const harmless = {
  "an event of another namespace": '2/other,["news",0]',
  "an acknowledgement that nobody waits for": "399[1]",
  "the end of another namespace": "1/other,",
  "the refusal of another namespace": '4/other,{"message":"no"}',
};

for (const [what, message] of Object.entries(harmless)) {
  overEachTransport(`${what} is ignored`, async ({ keep, connect }) => {
    const server = await keep(engineIo());
    const socket = await connect({ to: server });
    server.sessions[0].send(message);
    server.sessions[0].send('2["news",1]');
    assert.deepEqual(await socket.events("news").next(), [1]);
    assert.deepEqual(socket.log, ["connect", "news"]);
  });
}

overEachTransport("a server that closes the connection without a word is a transport close, and the client comes back", async ({ keep, connect, mode }) => {
  const server = await keep(engineIo());
  const socket = await connect({ to: server, ...persistent });
  if (mode === "upgrade") await socket.upgraded();
  server.sessions[0].close();
  assert.deepEqual(await socket.ends.next(), { reason: "transport close", active: true, id: null });
  await socket.back();
});

scenario("trap 25: an acknowledgement counts once", async ({ keep, connect }) => {
  const server = await keep(engineIo());
  const socket = await connect({ to: server });
  assert.equal(await server.messages.next(), "0");
  const answer = socket.ask("question");
  assert.equal(await server.messages.next(), '20["question"]');
  for (const packet of ['30["first"]', '30["second"]', '2["news",1]']) server.sessions[0].send(packet);
  assert.deepEqual(await answer, ["first"]);
  assert.deepEqual(await socket.events("news").next(), [1]);
});

scenario("acknowledgements are numbered from 0, for each socket, and go on after a reconnection", async ({ keep, connect }) => {
  const server = await keep(engineIo());
  const socket = await connect({ to: server, ...persistent });
  for (const id of [0, 1]) {
    socket.ask("question").catch(() => {});
    await server.messages.find((text) => text === `2${id}["question"]`);
  }
  server.sessions[0].close();
  await socket.back();
  socket.ask("question").catch(() => {});
  await server.messages.find((text) => text === '22["question"]');
});

scenario("events that come before the namespace is joined are told after it is, in order", async ({ keep, client }) => {
  const server = await keep(engineIo({ greeting: '2["early",1]' }));
  const socket = client({ to: server });
  socket.connect();
  await server.messages.next();
  server.sessions[0].send('2["early",2]');
  server.sessions[0].send('0{"sid":"an-id"}');
  await socket.joined();
  assert.deepEqual(await socket.events("early").take(2), [[1], [2]]);
});

scenario("packets of Engine.IO that are unknown, or not for a client, do no harm", async ({ keep, connect }) => {
  const server = await keep(engineIo());
  const socket = await connect({ to: server, mode: "polling" });
  // A noop, and a pong that nobody asked for.
  server.sessions[0].sendPacket("noop");
  server.sessions[0].sendPacket("pong");
  server.sessions[0].send('2["news",1]');
  assert.deepEqual(await socket.events("news").next(), [1]);
});

for (const [what, answer] of Object.entries({
  "an error": [500, {}, "broken"],
  "a page": [200, { "content-type": "text/html" }, "<html></html>"],
  "an empty body": [200, {}, ""],
  "a redirection": [302, { location: "/elsewhere" }, ""],
})) {
  overEachTransport(`a server that answers with ${what} is an error of the connection, which is tried again`, async ({ keep, client, mode }) => {
    // An empty answer to a poll is no answer yet.
    const options = what === "an empty body" && mode !== "websocket" ? { timeout: 200 } : {};
    const socket = client({ to: await keep(answering(...answer)), ...persistent, reconnectionAttempts: 2, ...options });
    socket.connect();
    const { data, active } = await socket.refused();
    assert.deepEqual([data, active], [undefined, true]);
    assert.deepEqual(await socket.manager.attempts.take(2), [1, 2]);
    await socket.manager.failures.next();
  });
}

onlySalon("an open packet that is no JSON is an error of the connection", async ({ keep, client }) => {
  const socket = client({ to: await keep(answering(200, {}, "0nonsense")), mode: "polling" });
  socket.connect();
  await socket.refused();
});
