// Makes the tests of a family of clients out of the tables in scenarios.mjs.
import assert from "node:assert/strict";
import { within } from "../harness/deadline.mjs";

/**
 * `cells` are the kinds of clients, each with a version and a mode, and `make(server, cell)` gives one that is not connected
 * yet. `quiet` serves without pings in the time of a test, `beating` with short ones.
 */
export function testMatrix(cells, make, { quiet, beating }, { scenarios, endings, gatherings, silences }) {
  for (const cell of cells) {
    for (const [what, body] of Object.entries(scenarios)) testOne(quiet, make, cell, what, body);
    for (const [what, ending] of Object.entries(endings)) testOne(quiet, make, cell, what, (world) => assertEnds(world, ending));
  }
  for (const [what, body] of Object.entries(gatherings)) testAll(quiet, make, cells, what, body);
  for (const [what, body] of Object.entries(silences)) testAll(beating, make, cells, what, body);
}

function testOne({ scenario, server }, make, cell, what, body) {
  scenario(`${cell.version} ${cell.mode}: ${what}`, ({ keep }) => {
    const open = (options) => keep(make(server, { ...cell, ...options })).connect();
    return body({ server, open });
  });
}

async function assertEnds({ open, server }, { end, client: what, server: reason }) {
  const client = await open();
  await client.settled();
  const { id } = client;
  await end(client);
  const expected = [reason[client.mode] ?? reason].flat();
  const given = await server.reason(id);
  assert.ok(expected.includes(given), `the server said "${given}"`);
  await assertEnded(client, what);
}

async function assertEnded(client, what) {
  const reason = await client.ends.next();
  assert.ok(client.reasons(what).includes(reason), `${client.name} ended for "${reason}"`);
}

const persistent = { reconnection: true, reconnectionDelay: 50, reconnectionDelayMax: 200 };

function testAll({ scenario, server }, make, cells, what, body) {
  scenario(`all clients ${what}`, async ({ keep }) => {
    const clients = cells.map((cell) => keep(make(server, { ...cell, ...persistent })));
    await within(Promise.all(clients.map((client) => client.connect())), "all clients to connect");
    await body({ server, clients, ended: assertEnded });
  });
}
