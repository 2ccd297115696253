// What the server and what stands before it see of the client's requests.
import assert from "node:assert/strict";
import { serving } from "./harness/scenario.mjs";

const { overEachTransport, scenario } = serving();
const bare = serving({ ADD_TRAILING_SLASH: "no" });

overEachTransport("the server sees the query, in each namespace", async ({ manager }) => {
  const shared = manager({ query: { token: "a b&c=ä", empty: "", "ö": "1" } });
  for (const socket of [shared.socket("/"), shared.socket("/custom")]) {
    await socket.connected();
    const [{ query }] = await socket.ask("handshake");
    assert.equal(query.token, "a b&c=ä");
    assert.equal(query.empty, "");
    assert.equal(query["ö"], "1");
    assert.equal(query.EIO, "4");
  }
});

overEachTransport("all requests have the headers and the query, and only the first has no session", async ({ relay, connect, mode }) => {
  const between = await relay();
  const socket = await connect({ to: between, headers: { "X-Own": "value", authorization: "Bearer x" }, query: { token: "abc" } });
  if (mode === "upgrade") await socket.upgraded();
  await socket.fence();
  for (const { headers, query } of between.requests) {
    assert.equal(headers["x-own"], "value");
    assert.equal(headers.authorization, "Bearer x");
    assert.equal(headers.host, between.address);
    assert.equal(query.get("token"), "abc");
    assert.equal(query.get("EIO"), "4");
  }
  assert.equal(between.handshakes.length, 1);
  const sids = between.requests.slice(1).map(({ query }) => query.get("sid"));
  assert.equal(new Set(sids).size, mode === "websocket" ? 0 : 1);
});

overEachTransport("each transport makes the requests that are its own", async ({ relay, connect, mode }) => {
  const between = await relay();
  const socket = await connect({ to: between });
  if (mode === "upgrade") await socket.upgraded();
  await socket.fence();
  const kinds = between.requests.map(({ isWebSocket, query }) => `${isWebSocket} ${query.get("transport")}`);
  const polling = "false polling";
  const webSocket = "true websocket";
  if (mode === "polling") assert.ok(kinds.every((kind) => kind === polling));
  if (mode === "websocket") assert.deepEqual(kinds, [webSocket]);
  if (mode === "upgrade") assert.equal(kinds.filter((kind) => kind === webSocket).length, 1);
  if (mode !== "websocket") {
    assert.equal(between.requests[0].method, "GET");
    assert.ok(between.requests.some(({ method }) => method === "POST"));
  }
});

overEachTransport("no answer to a poll can come from a cache", async ({ relay, connect }) => {
  const between = await relay();
  const socket = await connect({ to: between });
  for (let i = 0; i < 5; i++) await socket.fence();
  const polls = between.requests.filter(({ isWebSocket, method }) => !isWebSocket && method === "GET");
  assert.equal(new Set(polls.map(({ query }) => query.get("t"))).size, polls.length);
});

overEachTransport("the path is that of Socket.IO with a slash at its end", async ({ relay, connect }) => {
  const between = await relay();
  const socket = await connect({ to: between, path: "/socket.io" });
  await socket.fence();
  assert.deepEqual([...new Set(between.requests.map(({ path }) => path))], ["/socket.io/"]);
});

bare.overEachTransport("the slash at the end of the path can be left out", async ({ relay, connect }) => {
  const between = await relay();
  const socket = await connect({ to: between, addTrailingSlash: false });
  await socket.fence();
  assert.deepEqual([...new Set(between.requests.map(({ path }) => path))], ["/socket.io"]);
});

overEachTransport("a server at another path is not found", async ({ client }) => {
  const socket = client({ path: "/elsewhere/" });
  socket.connect();
  assert.equal((await socket.refused()).data, undefined);
});

overEachTransport("cookies come back with every request of the session, if wanted", async ({ relay, connect, mode }) => {
  for (const cookies of [true, false]) {
    const between = await relay();
    between.headers = ({ query }) => (query.has("sid") ? {} : { "set-cookie": ["node=7; Path=/; HttpOnly", "other=x; Max-Age=60"] });
    const socket = await connect({ to: between, cookies });
    if (mode === "upgrade") await socket.upgraded();
    await socket.fence();
    const given = between.requests.slice(1).map(({ headers }) => headers.cookie);
    const expected = cookies ? "node=7; other=x" : undefined;
    for (const cookie of given) assert.equal(cookie, expected);
    if (mode !== "websocket") assert.ok(given.length > 0);
  }
});

scenario("a cookie that has expired is not sent, and a new value takes the place of an old one", async ({ relay, connect }) => {
  const between = await relay();
  let count = 0;
  between.headers = () => ({ "set-cookie": [`count=${++count}`, "gone=1; Max-Age=0", "past=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT"] });
  const socket = await connect({ to: between, cookies: true, mode: "polling" });
  for (let i = 0; i < 3; i++) await socket.fence();
  const sent = between.requests.slice(1).map(({ headers }) => headers.cookie);
  for (const cookie of sent) assert.match(cookie, /^count=\d+$/);
  assert.ok(new Set(sent).size > 1);
});

scenario("cookies of the application are sent along", async ({ relay, connect }) => {
  const between = await relay();
  between.headers = () => ({ "set-cookie": "node=7" });
  const socket = await connect({ to: between, cookies: true, mode: "polling", headers: { cookie: "mine=1" } });
  await socket.fence();
  assert.equal(between.requests[0].headers.cookie, "mine=1");
  assert.ok(between.requests[1].headers.cookie.includes("node=7"));
});
