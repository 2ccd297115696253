// What each side says when they greet, and how a test compares it.

import assert from "node:assert/strict";

const MODE = process.env.DEMO_MODE ?? "development";

/** What a tab hears when another one joins the room. */
export const ROOM_HEARS = [
  "[socket.io] Server: Hello everyone!",
  "[socket.io] Server: Hello clients of room hello-1234!",
];

/** What a tab hears when it joins. */
export const TAB_HEARS = ["[socket.io] Connected.", ...ROOM_HEARS, "[socket.io] Server: Hello you!"];

export const TAB_MISSES = "[socket.io] Disconnected.";

/** What the server says when a tab joins. */
export const SERVER_SAYS = [
  "[socket.io] A client connected.",
  "[socket.io] A client joined room hello-1234.",
  "[socket.io] Client: Hello!",
];

export const SERVER_MISSES = "[socket.io] A client disconnected.";

/** The tab's console has these lines and no other, and the page shows the same. */
export async function hears(tab, lines, shown = lines) {
  assert.deepEqual(await tab.console.count(lines.length), lines);
  assert.deepEqual(await tab.shown(), shown);
}

/** The server's output is where it runs and then these lines, and no other. */
export async function says(demo, lines) {
  const running = `Server running on port ${demo.port} (${MODE}).`;
  assert.deepEqual(await demo.stdout.count(lines.length + 1), [running, ...lines]);
}

/** The same, and nothing more up to the server's end. */
export async function saysInAll(demo, lines) {
  await says(demo, lines);
  await demo.stop();
  await says(demo, lines);
}

/** The tab's connection began as polling and went over to WebSocket. */
export async function upgraded(tab) {
  for (const frame of ["> 2probe", "< 3probe", "> 5"]) await tab.frames.find(frame);
  assert.deepEqual(tab.frames.all.slice(0, 3), ["> 2probe", "< 3probe", "> 5"]);
  assert.equal(tab.requests[0], "polling");
}

/** The tab's connection never was anything but polling. */
export async function onlyPolled(tab) {
  assert.deepEqual(tab.frames.all, []);
  assert.deepEqual([...new Set(tab.requests)], ["polling"]);
  assert.equal(await tab.page.evaluate(() => typeof WebSocket), "undefined");
}
