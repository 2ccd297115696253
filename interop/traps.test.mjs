// The traps that no other file is about, and whether TRAPS.md is whole.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { next } from "./harness/deadline.mjs";
import { serving } from "./harness/scenario.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));

/** The cells of each row whose first cell matches. */
function rows(first) {
  const lines = readFileSync(`${here}TRAPS.md`, "utf8").split("\n");
  return lines.map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim())).filter(([cell]) => cell && first.test(cell));
}

/** The files of a cell, as paths from here; none if the trap has to wait. */
function files(cell) {
  return cell.startsWith("later: ") ? [] : cell.split(", ");
}

const { overEachTransport } = serving();

overEachTransport("trap 28: a client with retries sends one packet at a time, and gives it up after its last try", async ({ connect }) => {
  const socket = await connect({ retries: 2, ackTimeout: 300 });
  const sent = [];
  socket.io.engine.on("packetCreate", ({ type, data }) => type === "message" && sent.push(data.replace(/^2\d+/, "")));
  const given = [];
  socket.emit("nobody answers", (error) => given.push(error instanceof Error));
  await new Promise((resolve) => {
    socket.emit("message-with-ack", 7, (error, answer) => resolve(given.push(error, answer)));
  });
  assert.deepEqual(given, [true, null, 7]);
  assert.deepEqual(sent.slice(0, 4), [...Array(3).fill('["nobody answers"]'), '["message-with-ack",7]']);
});

overEachTransport("trap 29: a client sends what it kept before its connect event, and has no id in its disconnect event", async ({ client }) => {
  const socket = client();
  const answer = new Promise((resolve) => socket.emit("message-with-ack", "kept", resolve));
  assert.equal(socket.sendBuffer.length, 1);
  const left = next(socket, "connect").then(() => socket.sendBuffer.length);
  socket.connect();
  assert.equal(await left, 0);
  assert.equal(await answer, "kept");
  const gone = new Promise((resolve) => socket.once("disconnect", () => resolve(socket.id)));
  socket.disconnect();
  assert.equal(await gone, undefined);
});

test("TRAPS.md has each of the 40 traps once, and each is tested where it says", () => {
  const traps = rows(/^\d+$/);
  assert.deepEqual(traps.map(([number]) => Number(number)), Array.from({ length: 40 }, (_, i) => i + 1));
  for (const [number, , where] of traps) {
    for (const file of files(where)) {
      const name = file.endsWith(".rs") ? `fn trap_${number}_` : `trap ${number}: `;
      assert.ok(readFileSync(here + file, "utf8").includes(name), `${file} has no test named "${name}…"`);
    }
  }
});

test("TRAPS.md has every file with a test of a trap", () => {
  const known = new Map(rows(/^\d+$/).map(([number, , where]) => [number, files(where)]));
  const scripts = (folder) => readdirSync(here + folder).filter((name) => name.endsWith(".mjs")).map((name) => folder + name);
  for (const file of [...scripts(""), ...scripts("matrix/")]) {
    for (const [, number] of readFileSync(here + file, "utf8").matchAll(/["`]trap (\d+): /g)) {
      assert.ok(known.get(number)?.includes(file), `row ${number} does not have ${file}`);
    }
  }
});

test("TRAPS.md names the tests of the further traps as they are", () => {
  const further = rows(/^further$/);
  assert.ok(further.length > 0);
  for (const [, , where] of further) {
    for (const [, file, name] of where.matchAll(/(\S+\.mjs): `([^`]+)`/g)) {
      assert.ok(readFileSync(here + file, "utf8").includes(name), `${file} has no test "${name}"`);
    }
  }
});
