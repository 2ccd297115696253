// The demo's client in the terminal: it and a tab in a real browser greet each other.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./support/chromium.mjs";
import { Demo, TerminalClient } from "./support/demo.mjs";
import { ROOM_HEARS, SERVER_MISSES, SERVER_SAYS, TAB_HEARS, TAB_MISSES, hears, says } from "./support/greeting.mjs";
import { Tab } from "./support/tab.mjs";

let chromium;

before(async () => {
  chromium = await launch();
});

after(() => chromium?.close());

test("a client in the terminal and a tab hear each other come", () =>
  Demo.run({}, async (demo) => {
    const tab = await Tab.open(chromium, demo.url);
    await hears(tab, TAB_HEARS);
    // A tab that goes in the middle of its upgrade is missed only after a while, as by Node.
    await tab.status("Connected over WebSocket");

    await TerminalClient.run(demo.port, async (client) => {
      await client.hears(TAB_HEARS);
      await hears(tab, [...TAB_HEARS, ...ROOM_HEARS]);
      await says(demo, [...SERVER_SAYS, ...SERVER_SAYS]);

      await tab.page.reload();
      await hears(tab, [...TAB_HEARS, ...ROOM_HEARS, ...TAB_HEARS], TAB_HEARS);
      await client.hears([...TAB_HEARS, ...ROOM_HEARS]);
      await says(demo, [...SERVER_SAYS, ...SERVER_SAYS, SERVER_MISSES, ...SERVER_SAYS]);
      assert.deepEqual([...tab.complaints.all, ...client.stderr.all], []);
    });
    await says(demo, [...SERVER_SAYS, ...SERVER_SAYS, SERVER_MISSES, ...SERVER_SAYS, SERVER_MISSES]);
    await tab.page.close();
  }));

test("a client in the terminal waits for its server, and finds its way back to it", async () => {
  const port = await Demo.run({}, ({ port }) => port);
  await TerminalClient.run(port, async (client) => {
    await client.stderr.find(`No server at http://localhost:${port} yet`);
    await Demo.run({ port }, async (demo) => {
      await client.hears(TAB_HEARS);
      await says(demo, SERVER_SAYS);
    });
    await client.hears([...TAB_HEARS, TAB_MISSES]);
    await Demo.run({ port }, async (demo) => {
      await client.hears([...TAB_HEARS, TAB_MISSES, ...TAB_HEARS]);
      await says(demo, SERVER_SAYS);
    });
  });
});
