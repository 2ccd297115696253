// The client under test through the scenarios of all other clients, over every transport.
import { chosen } from "../harness/server.mjs";
import { testMatrix } from "../matrix/matrix.mjs";
import { endings, gatherings, scenarios, silences } from "../matrix/scenarios.mjs";
import { MatrixClient } from "./harness/matrix-client.mjs";
import { modes, serving } from "./harness/scenario.mjs";

const quiet = serving();
const beating = serving({ PING_INTERVAL: "300", PING_TIMEOUT: "2500" });

const cells = modes.map((mode) => ({ version: "client", mode }));

/** The entries whose names contain one of the words. */
function pick(table, ...words) {
  return Object.fromEntries(Object.entries(table).filter(([what]) => words.some((word) => what.includes(word))));
}

/**
 * What python-socketio does in a way of its own, see python.test.mjs; and it fails when bytes go to a WebSocket and a poll at
 * once, whose form it mixes up.
 */
function without(table, ...words) {
  return Object.fromEntries(Object.entries(table).filter(([what]) => !words.some((word) => what.includes(word))));
}
const own = chosen === "python" ? ["unknown namespace", "is shut down", "broadcasts"] : [];

testMatrix(cells, (server, cell) => MatrixClient.to(quiet.program, server, cell), { quiet, beating }, {
  scenarios: without(scenarios, ...own),
  // The others are about what a client does wrong.
  endings: pick(endings, "client leaves", "the server sends it away"),
  gatherings: without(gatherings, ...own),
  silences: pick(silences, "notice a server"),
});
