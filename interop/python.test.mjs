// A client of another family, python-socketio, through the scenarios of the JavaScript clients as far as it can do the same.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { modes } from "./harness/client.mjs";
import { serving } from "./harness/scenario.mjs";
import { testMatrix } from "./matrix/matrix.mjs";
import { Python, PythonClient } from "./matrix/python.mjs";
import { endings, gatherings, scenarios } from "./matrix/scenarios.mjs";

const python = new Python();
before(() => python.start());
after(() => python.end());

const quiet = serving();
const beating = serving({ PING_INTERVAL: "300", PING_TIMEOUT: "2500" });

const cells = modes.map((mode) => ({ version: "python", mode }));
const make = (server, options) => new PythonClient(python, server, options);

/** The entries whose names contain one of the words. */
function pick(table, ...words) {
  return Object.fromEntries(Object.entries(table).filter(([what]) => words.some((word) => what.includes(word))));
}

testMatrix(cells, make, { quiet, beating }, {
  scenarios: pick(scenarios, "greeted", "text", "bytes", "acknowledgements", "order"),
  endings: pick(endings, "the server sends it away", "closes the connection", "unreadable"),
  gatherings: pick(gatherings, "broadcasts", "crashes"),
  silences: {},
});

/** A test for each transport. */
function overEachTransport({ scenario, server }, what, body) {
  for (const cell of cells) {
    scenario(`python ${cell.mode}: ${what}`, ({ keep }) => body({ server, client: (options) => keep(make(server, { ...cell, ...options })) }));
  }
}

overEachTransport(quiet, "uses two namespaces", async ({ client }) => {
  const both = await client({ namespaces: ["/", "/custom"] }).connect();
  assert.notEqual(both.idIn("/"), both.idIn("/custom"));
  for (const namespace of both.namespaces) {
    assert.deepEqual(await both.askIn(namespace, "message-with-ack", namespace, Buffer.from([1])), [namespace, Buffer.from([1])]);
  }
});

// It may forget to say that it leaves while it still writes, and then waits for the next ping.
overEachTransport(beating, "is refused by an unknown namespace and by a middleware", async ({ client }) => {
  const lost = client({ namespace: "/unknown" });
  await assert.rejects(lost.connect(), /ConnectionError/);
  assert.deepEqual(await lost.refusals.next(), { message: "Invalid namespace" });

  const unauthorised = client({ namespace: "/auth", token: "wrong" });
  await assert.rejects(unauthorised.connect(), /ConnectionError/);
  assert.deepEqual(await unauthorised.refusals.next(), { message: "not authorised", data: { code: 401 } });

  const admitted = await client({ namespace: "/auth", token: "secret" }).connect();
  assert.deepEqual(await admitted.events("auth").next(), [{ token: "secret" }]);
});

overEachTransport(quiet, "leaves", async ({ client, server }) => {
  const leaving = await client().connect();
  const { id } = leaving;
  leaving.disconnect();
  // It may close its WebSocket before the packet that says it leaves is written.
  assert.ok(["client namespace disconnect", "transport close"].includes(await server.reason(id)));
  assert.equal(await leaving.ends.next(), "client disconnect");
});

quiet.scenario("all python clients notice that the server is shut down", async ({ server, keep }) => {
  const clients = cells.map((cell) => keep(make(server, cell)));
  await Promise.all(clients.map((client) => client.connect()));
  const ids = clients.map(({ id }) => id);
  await server.shutDown();
  for (const id of ids) assert.equal(await server.reason(id), "server shutting down");
  for (const client of clients) assert.ok(client.reasons("gone").includes(await client.ends.next()));
  await server.start();
});

beating.scenario("all python clients that fall silent are a ping timeout", async ({ server, keep }) => {
  const clients = cells.map((cell) => keep(make(server, cell)));
  await Promise.all(clients.map((client) => client.connect()));
  const ids = clients.map(({ id }) => id);
  python.freeze();
  try {
    for (const id of ids) assert.equal(await server.reason(id), "ping timeout");
  } finally {
    python.thaw();
  }
  for (const client of clients) assert.ok(client.reasons("lost").includes(await client.ends.next()));
});
