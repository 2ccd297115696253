// Where an application takes part in requests.
import assert from "node:assert/strict";
import WebSocket from "ws";
import { next } from "./harness/deadline.mjs";
import { refusedUpgrade } from "./harness/frames.mjs";
import { inboxOf } from "./harness/inbox.mjs";
import { PollingSession, request } from "./harness/polling.mjs";
import { serving } from "./harness/scenario.mjs";

const { scenario, server } = serving({ HOOKS: "1" });
const polling = { EIO: 4, transport: "polling" };
const overWebSocket = { EIO: 4, transport: "websocket" };

/** Opens a WebSocket; resolves with the headers of the switch. */
async function switched(query, headers) {
  const socket = new WebSocket(`ws://${server.address}/socket.io/?${new URLSearchParams({ ...overWebSocket, ...query })}`, { headers });
  const frames = inboxOf(socket, "message");
  const [response] = await next(socket, "upgrade");
  return { headers: response.headers, frames, socket };
}

const marks = ({ headers }) => [headers["x-initial"], headers["x-each"], headers["set-cookie"]];

scenario("trap 7: the first answer of a polling session has the cookie and both marks, later ones have one mark", async () => {
  const open = await request(server, { query: polling });
  const session = new PollingSession(server, JSON.parse(open.body.slice(1)));
  assert.deepEqual(marks(open), ["GET", "GET", [`io=${session.sid}; Path=/; HttpOnly; SameSite=Lax`]]);
  assert.deepEqual(marks(await session.post("40")), [undefined, "POST", undefined]);
  assert.deepEqual(marks(await session.get()), [undefined, "GET", undefined]);
  session.abort();
});

scenario("trap 7: a session that begins on WebSocket gets the marks and no cookie", async () => {
  const { headers, socket } = await switched();
  assert.deepEqual(marks({ headers }), ["GET", "GET", undefined]);
  socket.terminate();
});

scenario("the switch of an upgrade has one mark", async ({ poll }) => {
  const session = await poll();
  const { headers, socket } = await switched({ sid: session.sid });
  assert.deepEqual(marks({ headers }), [undefined, "GET", undefined]);
  socket.terminate();
});

scenario("answers that are errors have no marks", async ({ poll }) => {
  const session = await poll();
  const refused = await request(server, { query: { ...polling, sid: "unknown" } });
  await server.refusals.next();
  const odd = await session.send({ method: "PUT" }).answer;
  const tooLarge = await session.send({ method: "POST", body: "4".repeat(1_000_001), agent: false }).answer;
  for (const [answer, status] of [[refused, 400], [odd, 500], [tooLarge, 413]]) {
    assert.equal(answer.status, status);
    assert.deepEqual(marks(answer), [undefined, undefined, undefined]);
  }
});

scenario("trap 1: allowRequest refuses a polling session with status 403 and its own words", async () => {
  for (const [words, message] of [["no \"entry\"", 'no \\"entry\\"'], ["", "Forbidden"]]) {
    const answer = await request(server, { query: polling, headers: { "x-refuse": words } });
    assert.deepEqual([answer.status, answer.body], [403, `{"code":4,"message":"${message}"}`]);
    assert.equal(answer.headers["content-type"], "application/json");
    await server.refusals.next();
  }
});

scenario("trap 1: allowRequest refuses a WebSocket with status 400 and its own words", async () => {
  for (const [words, message] of [["no entry", "no entry"], ["", "Forbidden"]]) {
    const answer = await refusedUpgrade(server, overWebSocket, { headers: { "x-refuse": words } });
    assert.deepEqual([answer.status, answer.body], ["HTTP/1.1 400 Bad Request", message]);
    await server.refusals.next();
  }
});

scenario("trap 6: allowRequest is asked for new sessions only", async ({ poll }) => {
  const session = await poll();
  const headers = { "x-refuse": "not again" };
  assert.equal((await session.send({ method: "POST", body: "40", headers }).answer).status, 200);
  assert.equal((await session.send({ headers }).answer).status, 200);
  (await switched({ sid: session.sid }, headers)).socket.terminate();
});

scenario("allowRequest is asked before the protocol is looked at", async () => {
  const answer = await request(server, { query: { ...polling, EIO: 3 }, headers: { "x-refuse": "no" } });
  assert.deepEqual([answer.status, answer.body], [403, '{"code":4,"message":"no"}']);
  await server.refusals.next();
});

scenario("generateId makes the ids of sessions", async () => {
  const answer = await request(server, { query: polling, headers: { "x-id": "abcdefghijklmnopqrst" } });
  assert.equal(JSON.parse(answer.body.slice(1)).sid, "abcdefghijklmnopqrst");
  assert.match(answer.headers["set-cookie"][0], /^io=abcdefghijklmnopqrst;/);
  const { frames, socket } = await switched({}, { "x-id": "ABCDEFGHIJKLMNOPQRST" });
  const [open] = await frames.next();
  assert.equal(JSON.parse(open.toString().slice(1)).sid, "ABCDEFGHIJKLMNOPQRST");
  socket.terminate();
});

scenario("an id that cannot be made is a bad request", async () => {
  const answer = await request(server, { query: polling, headers: { "x-id": "fail" } });
  assert.deepEqual([answer.status, answer.body], [400, '{"code":3,"message":"Bad request"}']);
  assert.equal(await server.refusals.next(), '3 Bad request GET {"name":"ID_GENERATION_ERROR"}');
});

const refusals = [
  ["an unknown transport", { query: { EIO: 4, transport: "abc" } }, '0 Transport unknown GET {"transport":"abc"}'],
  ["an unknown session", { method: "POST", query: { ...polling, sid: "abc" } }, "1 Session ID unknown POST {}"],
  ["a handshake that is no GET", { method: "PUT", query: polling }, '2 Bad handshake method PUT {"method":"PUT"}'],
  ["a WebSocket by plain GET", { query: overWebSocket }, '3 Bad request GET {"name":"TRANSPORT_HANDSHAKE_ERROR"}'],
  ["who is not allowed", { query: polling, headers: { "x-refuse": "no" } }, '4 Forbidden GET {"message":"no"}'],
  ["an unsupported protocol", { query: { EIO: 5, transport: "polling" } }, '5 Unsupported protocol version GET {"protocol":"3"}'],
];

for (const [what, options, reported] of refusals) {
  scenario(`the refusal of ${what} is reported`, async () => {
    assert.ok((await request(server, options)).status >= 400);
    assert.equal(await server.refusals.next(), reported);
  });
}

scenario("a request that does not fit its session is reported with what would", async ({ poll, frames }) => {
  const { query } = await poll();
  const { sid } = await (await frames()).handshake();
  for (const [odd, reported] of [
    [{ ...query, transport: "websocket" }, '{"name":"TRANSPORT_MISMATCH","previousTransport":"polling","transport":"websocket"}'],
    [{ ...query, sid }, '{"name":"TRANSPORT_MISMATCH","previousTransport":"websocket","transport":"polling"}'],
    [{ ...query, EIO: 3 }, '{"name":"PROTOCOL_MISMATCH","previousProtocol":"4","protocol":"3"}'],
  ]) {
    await request(server, { query: odd });
    assert.equal(await server.refusals.next(), `3 Bad request GET ${reported}`);
  }
});

scenario("the refusals of WebSocket requests are reported too", async () => {
  for (const [query, headers, reported] of [
    [{ EIO: 4, transport: "abc" }, {}, '0 Transport unknown GET {"transport":"abc"}'],
    [{ ...overWebSocket, sid: "abc" }, {}, "1 Session ID unknown GET {}"],
    [overWebSocket, { "x-refuse": "no" }, '4 Forbidden GET {"message":"no"}'],
  ]) {
    await refusedUpgrade(server, query, { headers });
    assert.equal(await server.refusals.next(), reported);
  }
});

{
  const { scenario, server } = serving({ ADD_TRAILING_SLASH: "no" });

  scenario("without the trailing slash the path is a bare prefix", async () => {
    for (const path of ["/socket.io", "/socket.io/", "/socket.io/x", "/socket.iox"]) {
      assert.equal((await request(server, { path, query: polling })).status, 200, path);
    }
    assert.equal((await request(server, { path: "/socket", query: polling })).status, 404);
  });

  scenario("a client without the trailing slash connects", async ({ connect }) => {
    const socket = await connect({ addTrailingSlash: false });
    assert.deepEqual(await socket.emitWithAck("message-with-ack", 1), 1);
  });
}
