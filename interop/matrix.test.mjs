// Every version of the client over every transport: what it does, and how it ends.
import assert from "node:assert/strict";
import { modes } from "./harness/client.mjs";
import { serving } from "./harness/scenario.mjs";
import { JavaScriptClient, versions } from "./matrix/javascript.mjs";
import { testMatrix } from "./matrix/matrix.mjs";
import * as tables from "./matrix/scenarios.mjs";

const quiet = serving({ ALLOW_EIO3: "1" });
const beating = serving({ ALLOW_EIO3: "1", PING_INTERVAL: "300", PING_TIMEOUT: "2500" });

const cells = Object.keys(versions).flatMap((version) => modes.map((mode) => ({ version, mode })));

testMatrix(cells, (server, options) => JavaScriptClient.to(server, options), { quiet, beating }, tables);

quiet.scenario("1.7 by polling is understood by itself only, beyond ASCII", async ({ server, keep }) => {
  const [old, recent] = await Promise.all(
    [{ version: "1.7", mode: "polling" }, { version: "4.8", mode: "websocket" }].map((cell) => keep(JavaScriptClient.to(server, cell)).connect()),
  );
  const [back, news] = [old.events("message-back"), recent.events("news")];
  old.emit("message", "é");
  assert.deepEqual(await back.next(), ["é"]);
  await old.ask("send", {}, "news", ["é"]);
  assert.deepEqual(await news.next(), ["Ã©"]);
});
