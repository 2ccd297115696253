// What the server of python-socketio does in a way of its own.
import assert from "node:assert/strict";
import { isReference } from "./harness/program.mjs";
import { persistent, serving } from "./harness/scenario.mjs";

const { overEachTransport, scenario } = serving();

overEachTransport("a refusal may be a bare text", async ({ client }) => {
  const socket = client({ namespace: "/unknown" });
  socket.connect();
  // JavaScript's client looks for a field in it.
  assert.deepEqual(await socket.refused(), { message: isReference ? "" : "Unable to connect", data: undefined, active: false });
});

scenario("clients come back when the server is ended and starts again", async ({ connect, server }) => {
  const sockets = await Promise.all(["polling", "websocket"].map((mode) => connect({ mode, ...persistent })));
  await server.shutDown();
  await Promise.all(sockets.map((socket) => socket.ends.next()));
  const late = sockets.map((socket) => socket.ask("message-with-ack", "late", Buffer.from([1])));
  await server.start();
  for (const answer of late) assert.deepEqual(await answer, ["late", Buffer.from([1])]);
});
