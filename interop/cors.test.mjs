import assert from "node:assert/strict";
import WebSocket from "ws";
import { next } from "./harness/deadline.mjs";
import { request } from "./harness/polling.mjs";
import { serving } from "./harness/scenario.mjs";

const origin = "http://example.com";
const elsewhere = "http://elsewhere.example";
const { scenario, server } = serving({ CORS_ORIGIN: origin });
const query = { EIO: 4, transport: "polling" };

const allowed = {
  "access-control-allow-origin": origin,
  "access-control-allow-credentials": "true",
  vary: "Origin",
};

function corsHeaders({ headers }) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith("access-control") || name === "vary"));
}

scenario("answers to the allowed origin say so", async ({ poll }) => {
  const open = await request(server, { query, headers: { origin } });
  assert.equal(open.status, 200);
  assert.deepEqual(corsHeaders(open), allowed);
  const session = await poll();
  const posted = await session.send({ method: "POST", body: "40", headers: { origin, "content-type": "text/plain" } }).answer;
  assert.deepEqual(corsHeaders(posted), allowed);
});

scenario("answers name the allowed origin whoever asks", async () => {
  const other = await request(server, { query, headers: { origin: elsewhere } });
  assert.equal(other.status, 200);
  assert.deepEqual(corsHeaders(other), allowed);
  assert.deepEqual(corsHeaders(await request(server, { query })), allowed);
});

scenario("refusals carry the headers too", async () => {
  const refusal = await request(server, { query: { ...query, sid: "abc" }, headers: { origin } });
  assert.equal(refusal.status, 400);
  assert.deepEqual(corsHeaders(refusal), allowed);
});

scenario("a preflight is answered with 204 and what was asked for", async () => {
  const preflight = await request(server, {
    method: "OPTIONS",
    query,
    headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "content-type,x-token" },
  });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.body, "");
  // Node's `cors` sends 0 for the sake of old Safaris; RFC 9110 forbids the header with 204.
  assert.ok([undefined, "0"].includes(preflight.headers["content-length"]));
  assert.deepEqual(corsHeaders(preflight), {
    ...allowed,
    vary: "Origin, Access-Control-Request-Headers",
    "access-control-allow-methods": "GET,HEAD,PUT,PATCH,POST,DELETE",
    "access-control-allow-headers": "content-type,x-token",
  });
});

scenario("a WebSocket handshake carries the headers too", async () => {
  const socket = new WebSocket(`ws://${server.address}/socket.io/?EIO=4&transport=websocket`, { origin });
  const [response] = await next(socket, "upgrade");
  assert.deepEqual(corsHeaders(response), allowed);
  socket.terminate();
});

const asking = { "access-control-request-method": "POST", "access-control-request-headers": "x-token" };

/** For each policy: who asks, and the headers of the answers to a GET and, beyond them, to a preflight. */
const policies = [
  [
    "any origin",
    { origin: "*" },
    {},
    [
      [elsewhere, { "access-control-allow-origin": "*" }],
      [undefined, { "access-control-allow-origin": "*" }],
    ],
    { vary: "Access-Control-Request-Headers", "access-control-allow-headers": "x-token" },
  ],
  [
    "a list",
    { origin: [origin, "http://b.example"], credentials: true },
    { vary: "Origin", "access-control-allow-credentials": "true" },
    [
      [origin, { "access-control-allow-origin": origin }],
      ["http://b.example", { "access-control-allow-origin": "http://b.example" }],
      [elsewhere, {}],
      [`${origin}/`, {}],
      [undefined, {}],
    ],
    { vary: "Origin, Access-Control-Request-Headers", "access-control-allow-headers": "x-token" },
  ],
  [
    "a list of one",
    { origin: [origin] },
    { vary: "Origin" },
    [
      [origin, { "access-control-allow-origin": origin }],
      [elsewhere, {}],
    ],
    { vary: "Origin, Access-Control-Request-Headers", "access-control-allow-headers": "x-token" },
  ],
  [
    "a pattern, and every other option",
    {
      origin: { end: ".example.com" },
      methods: ["GET", "POST"],
      allowedHeaders: ["x-token", "x-other"],
      exposedHeaders: ["x-each", "x-id"],
      maxAge: 600,
    },
    { vary: "Origin", "access-control-expose-headers": "x-each,x-id" },
    [
      ["http://a.example.com", { "access-control-allow-origin": "http://a.example.com" }],
      [elsewhere, {}],
    ],
    {
      "access-control-allow-methods": "GET,POST",
      "access-control-allow-headers": "x-token,x-other",
      "access-control-max-age": "600",
    },
  ],
];

for (const [what, options, always, askers, ofPreflights] of policies) {
  const { scenario, server } = serving({ CORS: JSON.stringify(options) });

  scenario(`${what}: answers and refusals have the headers of the policy`, async () => {
    for (const [origin, expected] of askers) {
      const headers = origin ? { origin } : {};
      for (const sid of [undefined, "unknown"]) {
        const answer = await request(server, { query: { ...query, ...(sid && { sid }) }, headers });
        assert.equal(answer.status, sid ? 400 : 200);
        assert.deepEqual(corsHeaders(answer), { ...always, ...expected }, `${origin}`);
      }
    }
  });

  scenario(`${what}: preflights are answered, whoever asks`, async () => {
    for (const [origin, expected] of askers) {
      const answer = await request(server, { method: "OPTIONS", query, headers: { ...(origin && { origin }), ...asking } });
      const methods = { "access-control-allow-methods": "GET,HEAD,PUT,PATCH,POST,DELETE" };
      assert.equal(answer.status, 204);
      assert.deepEqual(corsHeaders(answer), { ...methods, ...always, ...expected, ...ofPreflights }, `${origin}`);
    }
  });
}
