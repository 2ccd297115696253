// The traps that no other file is about, and whether TRAPS.md is whole.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

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
