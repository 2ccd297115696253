// What a handler learns of the request that opened its session.
import assert from "node:assert/strict";
import { serving } from "./harness/scenario.mjs";

const { scenario, overEachTransport } = serving();
const mode = { polling: "polling", websocket: "websocket", upgrade: "polling" };

overEachTransport("a handler sees the handshake", async ({ connect, mode: chosen }) => {
  const before = Date.now();
  const socket = await connect({ query: { token: "a b&c", x: "" }, auth: { user: 1 }, extraHeaders: { "X-Test": "one, two" } });
  const handshake = await socket.emitWithAck("handshake");

  assert.equal(handshake.headers["x-test"], "one, two");
  assert.match(handshake.headers.host, /^127\.0\.0\.1:\d+$/);
  assert.equal(handshake.address, "127.0.0.1");
  assert.equal(handshake.secure, false);
  assert.equal(handshake.xdomain, false);
  assert.deepEqual(handshake.auth, { user: 1 });

  const { EIO, transport, token, x } = handshake.query;
  assert.deepEqual({ EIO, transport, token, x }, { EIO: "4", transport: mode[chosen], token: "a b&c", x: "" });
  assert.ok(handshake.url.startsWith("/socket.io/?"), handshake.url);
  assert.equal(new URL(handshake.url, "http://x").searchParams.get("token"), "a b&c");

  assert.ok(handshake.issued >= before && handshake.issued <= Date.now());
  assert.ok(Math.abs(new Date(handshake.time) - handshake.issued) < 2000, handshake.time);
});

scenario("a page of another origin is told by its header", async ({ connect }) => {
  const socket = await connect({ extraHeaders: { origin: "http://a.example" } });
  const handshake = await socket.emitWithAck("handshake");
  assert.deepEqual([handshake.xdomain, handshake.headers.origin], [true, "http://a.example"]);
});
