// The greeting in a real browser: every line of the console and of the server, in order.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch } from "./support/chromium.mjs";
import { Demo } from "./support/demo.mjs";
import {
  ROOM_HEARS,
  SERVER_MISSES,
  SERVER_SAYS,
  TAB_HEARS,
  TAB_MISSES,
  hears,
  onlyPolled,
  says,
  saysInAll,
  upgraded,
} from "./support/greeting.mjs";
import { Tab } from "./support/tab.mjs";

const BROWSERS = [
  {
    name: "websocket",
    prepare: async () => {},
    check: upgraded,
    status: "Connected over WebSocket",
  },
  {
    name: "polling",
    prepare: (context) => context.addInitScript(() => delete window.WebSocket),
    check: onlyPolled,
    status: "Connected over HTTP long-polling",
  },
];

let chromium;

before(async () => {
  chromium = await launch();
});

after(() => chromium?.close());

for (const browser of BROWSERS) {
  describe(`over ${browser.name}`, () => {
    test("a tab and the server greet each other", scene(browser, greeting));
    test("a second tab is heard in the first, comes again and goes", scene(browser, twoTabs));
    test("a tab finds its way back to a restarted server", scene(browser, restart));
  });
}

async function greeting(demo, context, browser) {
  const tab = await Tab.open(context, demo.url);
  await hears(tab, TAB_HEARS);
  await says(demo, SERVER_SAYS);
  await browser.check(tab);
  await tab.status(browser.status);
  await tab.screenshot(`greeting-${browser.name}`);
  assert.deepEqual(tab.complaints.all, []);

  await tab.page.close();
  await saysInAll(demo, [...SERVER_SAYS, SERVER_MISSES]);
}

async function twoTabs(demo, context, browser) {
  const first = await Tab.open(context, demo.url);
  await hears(first, TAB_HEARS);
  await browser.check(first);
  const second = await Tab.open(context, demo.url);
  await hears(second, TAB_HEARS);
  await hears(first, [...TAB_HEARS, ...ROOM_HEARS]);

  // A tab that goes in the middle of its upgrade is missed only after a while, as by Node.
  await second.status(browser.status);
  // A "Hello you!" of the second tab would reach the first before these lines do.
  await second.page.reload();
  await hears(second, [...TAB_HEARS, ...TAB_HEARS], TAB_HEARS);
  await second.status(browser.status);
  await hears(first, [...TAB_HEARS, ...ROOM_HEARS, ...ROOM_HEARS]);
  await first.screenshot(`two-tabs-${browser.name}`);

  await browser.check(first);
  assert.deepEqual([...first.complaints.all, ...second.complaints.all], []);

  await second.page.close();
  const both = [...SERVER_SAYS, ...SERVER_SAYS];
  await says(demo, [...both, SERVER_MISSES, ...SERVER_SAYS, SERVER_MISSES]);
  await first.page.close();
  await saysInAll(demo, [...both, SERVER_MISSES, ...SERVER_SAYS, SERVER_MISSES, SERVER_MISSES]);
}

async function restart(demo, context, browser) {
  const tab = await Tab.open(context, demo.url);
  await hears(tab, TAB_HEARS);
  await says(demo, SERVER_SAYS);

  await demo.stop();
  await tab.status("Reconnecting…");
  await hears(tab, [...TAB_HEARS, TAB_MISSES]);
  await tab.screenshot(`reconnecting-${browser.name}`);

  await Demo.run({ port: demo.port }, async (again) => {
    await hears(tab, [...TAB_HEARS, TAB_MISSES, ...TAB_HEARS]);
    await says(again, SERVER_SAYS);
    await tab.status(browser.status);
    await tab.screenshot(`reconnected-${browser.name}`);
  });
}

/** Plays with a server and a browser window of its own, on a port that was free. */
function scene(browser, play) {
  return () =>
    Demo.run({}, async (demo) => {
      const context = await chromium.newContext({ viewport: { width: 900, height: 900 } });
      try {
        await browser.prepare(context);
        await play(demo, context, browser);
      } finally {
        await context.close();
      }
    });
}
