import assert from "node:assert/strict";
import WebSocket from "ws";
import { next } from "./harness/deadline.mjs";
import { refusedUpgrade } from "./harness/frames.mjs";
import { inboxOf } from "./harness/inbox.mjs";
import { request } from "./harness/polling.mjs";
import { serving } from "./harness/scenario.mjs";

const { scenario, server } = serving({ PING_INTERVAL: "300", PING_TIMEOUT: "200" });

const sid = "[A-Za-z0-9_-]{20}";
const polling = { EIO: 4, transport: "polling" };

scenario("the open packet over polling is written byte for byte", async () => {
  const answer = await request(server, { query: polling });
  assert.equal(answer.status, 200);
  assert.match(
    answer.body,
    new RegExp(`^0\\{"sid":"${sid}","upgrades":\\["websocket"\\],"pingInterval":300,"pingTimeout":200,"maxPayload":1000000\\}$`),
  );
  assert.equal(answer.headers["content-type"], "text/plain; charset=UTF-8");
  assert.equal(answer.headers["content-length"], String(Buffer.byteLength(answer.body)));
  assert.equal(answer.headers["cache-control"], "no-store");
  assert.equal(answer.headers["set-cookie"], undefined);
});

scenario("the open packet over WebSocket is written byte for byte and offers no upgrade", async ({ frames }) => {
  const session = await frames();
  assert.match(
    await session.next(),
    new RegExp(`^0\\{"sid":"${sid}","upgrades":\\[\\],"pingInterval":300,"pingTimeout":200,"maxPayload":1000000\\}$`),
  );
});

scenario("trap 2: every handshake gives another session id of 20 characters", async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, () => request(server, { query: polling })));
  const ids = answers.map((answer) => JSON.parse(answer.body.slice(1)).sid);
  assert.equal(new Set(ids).size, 50);
  for (const id of ids) assert.match(id, new RegExp(`^${sid}$`));
});

scenario("further query parameters are ignored", async () => {
  const answer = await request(server, { query: { ...polling, t: "abc123", b64: 1, token: "x y&z=ä" } });
  assert.equal(answer.status, 200);
});

scenario("parameters may be percent-encoded and come in any order", async () => {
  const answer = await request(server, { query: "x=%F0%9F%A6%80&transport=%70olling&EIO=%34" });
  assert.equal(answer.status, 200);
});

scenario("of a parameter that is given several times the last counts", async () => {
  const open = async (query) => (await request(server, { query })).status;
  assert.equal(await open("EIO=3&transport=abc&sid=abc&EIO=4&transport=polling&sid="), 200);
  assert.equal(await open("EIO=4&transport=polling&EIO=3"), 400);
  assert.equal(await open("EIO=4&transport=polling&transport=abc"), 400);
});

const refusals = [
  ["an unknown transport", "GET", { EIO: 4, transport: "abc" }, 0, "Transport unknown"],
  ["no transport", "GET", { EIO: 4 }, 0, "Transport unknown"],
  ["an empty transport", "GET", { EIO: 4, transport: "" }, 0, "Transport unknown"],
  ["a transport in capital letters", "GET", { EIO: 4, transport: "Polling" }, 0, "Transport unknown"],
  ["webtransport", "GET", { EIO: 4, transport: "webtransport" }, 0, "Transport unknown"],
  ["the name of an inherited property as transport", "GET", { EIO: 4, transport: "constructor" }, 0, "Transport unknown"],
  ["an unknown session", "GET", { ...polling, sid: "abc" }, 1, "Session ID unknown"],
  ["an unknown session by POST", "POST", { ...polling, sid: "abc" }, 1, "Session ID unknown"],
  ["the name of an inherited property as session", "GET", { ...polling, sid: "__proto__" }, 1, "Session ID unknown"],
  ["an unknown session before a wrong protocol", "GET", { EIO: 3, transport: "polling", sid: "abc" }, 1, "Session ID unknown"],
  ["POST without a session", "POST", polling, 2, "Bad handshake method"],
  ["PUT without a session", "PUT", polling, 2, "Bad handshake method"],
  ["HEAD without a session", "HEAD", polling, 2, ""],
  ["DELETE without a session", "DELETE", polling, 2, "Bad handshake method"],
  ["OPTIONS without a session", "OPTIONS", polling, 2, "Bad handshake method"],
  ["POST without a session before a wrong protocol", "POST", { EIO: 3, transport: "polling" }, 2, "Bad handshake method"],
  ["the WebSocket transport by plain GET", "GET", { EIO: 4, transport: "websocket" }, 3, "Bad request"],
  ["the WebSocket transport by plain GET with a wrong protocol", "GET", { EIO: 3, transport: "websocket" }, 3, "Bad request"],
  ["protocol 3", "GET", { EIO: 3, transport: "polling" }, 5, "Unsupported protocol version"],
  ["protocol 5", "GET", { EIO: 5, transport: "polling" }, 5, "Unsupported protocol version"],
  ["no protocol", "GET", { transport: "polling" }, 5, "Unsupported protocol version"],
  ["a protocol that is not quite 4", "GET", { EIO: "4.0", transport: "polling" }, 5, "Unsupported protocol version"],
  ["a protocol that is no number", "GET", { EIO: "abc", transport: "polling" }, 5, "Unsupported protocol version"],
];

for (const [what, method, query, code, message] of refusals) {
  scenario(`trap 1: ${what} is refused with code ${code}`, async () => {
    const answer = await request(server, { method, query });
    assert.equal(answer.status, 400);
    assert.equal(answer.body, method === "HEAD" ? "" : `{"code":${code},"message":"${message}"}`);
    assert.equal(answer.headers["content-type"], "application/json");
  });
}

const upgradeRefusals = [
  ["an unknown transport", { EIO: 4, transport: "abc" }, "Transport unknown"],
  ["no transport", { EIO: 4 }, "Transport unknown"],
  ["an unknown session", { EIO: 4, transport: "websocket", sid: "abc" }, "Session ID unknown"],
  ["the name of an inherited property as session", { EIO: 4, transport: "websocket", sid: "__proto__" }, "Session ID unknown"],
];

for (const [what, query, message] of upgradeRefusals) {
  scenario(`trap 1: a WebSocket request with ${what} is refused in plain text`, async () => {
    const answer = await refusedUpgrade(server, query);
    assert.equal(answer.status, "HTTP/1.1 400 Bad Request");
    // Names have no case, and a date is the HTTP library's to add.
    const headers = answer.headers.map((line) => line.toLowerCase()).filter((line) => !line.startsWith("date:"));
    assert.deepEqual(headers.sort(), ["connection: close", `content-length: ${message.length}`, "content-type: text/html"]);
    assert.equal(answer.body, message);
  });
}

scenario("a WebSocket request that is no GET is refused in plain text", async () => {
  const answer = await refusedUpgrade(server, { EIO: 4, transport: "websocket" }, { method: "POST" });
  assert.equal(answer.status, "HTTP/1.1 400 Bad Request");
  assert.equal(answer.body, "Bad handshake method");
});

scenario("a WebSocket request that asks for polling gets no session", async () => {
  const socket = new WebSocket(`ws://${server.address}/socket.io/?EIO=4&transport=polling`);
  const frames = inboxOf(socket, "message");
  socket.on("error", () => {});
  await next(socket, "close");
  assert.deepEqual(frames.all, []);
});

for (const [what, headers] of [
  ["no key", { "Sec-WebSocket-Key": undefined }],
  ["a key that is too short", { "Sec-WebSocket-Key": "c2hvcnQ=" }],
  ["version 12", { "Sec-WebSocket-Version": "12" }],
  ["no version", { "Sec-WebSocket-Version": undefined }],
]) {
  scenario(`a WebSocket request with ${what} is refused`, async () => {
    const answer = await refusedUpgrade(server, { EIO: 4, transport: "websocket" }, { headers });
    assert.equal(answer.status, "HTTP/1.1 400 Bad Request");
  });
}

scenario("a WebSocket request of another version is told which there are", async () => {
  for (const version of ["12", "14", "x"]) {
    const answer = await refusedUpgrade(server, { EIO: 4, transport: "websocket" }, { headers: { "Sec-WebSocket-Version": version } });
    const headers = answer.headers.map((line) => line.toLowerCase());
    assert.ok(headers.includes("sec-websocket-version: 13, 8"), headers.join("\n"));
  }
});

scenario("a WebSocket of version 8 is one", async () => {
  const url = `ws://${server.address}/socket.io/?EIO=4&transport=websocket`;
  const socket = new WebSocket(url, { protocolVersion: 8 });
  const [frame] = await inboxOf(socket, "message").next();
  assert.match(frame.toString(), /^0\{"sid"/);
  socket.terminate();
});

scenario("a WebSocket of a wrong protocol never becomes a session", async () => {
  for (const EIO of ["3", "5", "abc"]) {
    const socket = new WebSocket(`ws://${server.address}/socket.io/?EIO=${EIO}&transport=websocket`);
    const frames = inboxOf(socket, "message");
    socket.on("error", () => {});
    await next(socket, "close");
    assert.deepEqual(frames.all, [], EIO);
  }
});

scenario("an HTTP request with the transport of another session is refused", async ({ poll, frames }) => {
  const session = await poll();
  const answer = await session.send({ query: { ...session.query, transport: "websocket" } }).answer;
  assert.deepEqual([answer.status, answer.json], [400, { code: 3, message: "Bad request" }]);

  const { sid: other } = await (await frames()).handshake();
  for (const method of ["GET", "POST"]) {
    const poll = await request(server, { method, query: { ...polling, sid: other } });
    assert.deepEqual([poll.status, poll.json], [400, { code: 3, message: "Bad request" }]);
  }
});

scenario("a request of a session with another protocol than its own is refused", async ({ poll }) => {
  const session = await poll();
  const answer = await session.send({ query: { ...session.query, EIO: 3 } }).answer;
  assert.deepEqual([answer.status, answer.json], [400, { code: 3, message: "Bad request" }]);
  assert.equal((await session.post("40")).status, 200);
});

scenario("an Origin header with characters that no header may have is refused", async () => {
  const socket = await refusedUpgrade(server, { EIO: 4, transport: "websocket" }, { headers: { Origin: "http://a\u0001b" } });
  assert.equal(socket.status, "HTTP/1.1 400 Bad Request");
});

scenario("trap 5: the path is matched as a prefix and needs its slash", async () => {
  const open = (path) => request(server, { path, query: polling });
  assert.equal((await open("/socket.io/")).status, 200);
  assert.equal((await open("/socket.io/anything/below")).status, 200);
  for (const path of ["/socket.io", "/socket.iox/", "/", "/other/socket.io/", "/SOCKET.IO/"]) {
    const answer = await open(path);
    assert.deepEqual([answer.status, answer.body], [404, "elsewhere"], path);
  }
});

scenario("a WebSocket may be opened below the path too", async () => {
  const socket = new WebSocket(`ws://${server.address}/socket.io/anything/below?EIO=4&transport=websocket`);
  const [frame] = await inboxOf(socket, "message").next();
  assert.match(frame.toString(), /^0\{"sid"/);
  socket.terminate();
});

scenario("no CORS headers are sent unless asked for", async () => {
  const answer = await request(server, { query: polling, headers: { origin: "http://example.com" } });
  const names = Object.keys(answer.headers).filter((name) => name.startsWith("access-control") || name === "vary");
  assert.deepEqual(names, []);
});
