// Runs the suite: SALON_SERVER=reference (the default) or the path of a server that keeps CONTRACT.md.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const reference = (process.env.SALON_SERVER ?? "reference") === "reference";
const chosen = process.argv.slice(2);
// What only one server does, or has: its own ways, and salon's examples.
const others = reference ? ["differences.test.mjs", "ways.test.mjs"] : ["quirks.test.mjs"];

const files = readdirSync(here)
  .filter((name) => name.endsWith(".test.mjs"))
  .filter((name) => chosen.length === 0 || chosen.some((part) => name.includes(part)))
  .filter((name) => !others.includes(name))
  .map((name) => here + name);

if (files.length === 0) throw new Error(`no test file matches ${chosen.join(", ")}`);

const { status } = spawnSync(process.execPath, ["--test", "--test-reporter=spec", "--test-timeout=120000", ...files], { stdio: "inherit" });
process.exit(status ?? 1);
