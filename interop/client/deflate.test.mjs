// Messages that are compressed on WebSocket, where both sides agree on it.
import assert from "node:assert/strict";
import { serving } from "./harness/scenario.mjs";

const THRESHOLD = 100;
const deflating = serving({ PER_MESSAGE_DEFLATE: String(THRESHOLD) });
const plain = serving();

const LARGE = 50_000;

/** What travels each way, in bytes, for an event that comes back. */
async function measure({ relay, connect, mode }, options) {
  const between = await relay();
  const socket = await connect({ to: between, ...options });
  if (mode === "upgrade") await socket.upgraded();
  const { size: sent, received } = between.requests.find(({ isWebSocket }) => isWebSocket);
  const args = ["ä".repeat(LARGE / 2), Buffer.alloc(LARGE, 7), { short: true }];
  assert.deepEqual(await socket.ask("message-with-ack", ...args), args);
  assert.deepEqual(await socket.ask("message-with-ack", "short"), ["short"]);
  const after = between.requests.find(({ isWebSocket }) => isWebSocket);
  return { sent: after.size - sent, received: after.received - received };
}

for (const mode of ["websocket", "upgrade"]) {
  deflating.scenario(
    `what is large is compressed both ways (${mode})`,
    async (world) => {
      const { sent, received } = await measure(world, { deflate: THRESHOLD });
      assert.ok(sent < LARGE / 10 && received < LARGE / 10, `${sent} and ${received} bytes`);
    },
    mode,
  );

  const without = { "the client does not want it": [deflating, {}], "the server does not": [plain, { deflate: THRESHOLD }] };
  for (const [why, [{ scenario }, options]] of Object.entries(without)) {
    scenario(
      `nothing is compressed where ${why} (${mode})`,
      async (world) => {
        const { sent, received } = await measure(world, options);
        assert.ok(sent > 2 * LARGE && received > 2 * LARGE, `${sent} and ${received} bytes`);
      },
      mode,
    );
  }
}
