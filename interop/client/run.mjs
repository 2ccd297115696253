// Runs the tests of clients: SALON_CLIENT=reference (the default) or the path of a client that keeps CONTRACT.md, and
// SALON_SERVER as for the tests of servers, or `python`.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const server = process.env.SALON_SERVER ?? "reference";
const chosen = process.argv.slice(2);
// python-socketio keeps the part of the contract that these files use.
const withPython = ["matrix.test.mjs", "python.test.mjs"];

const files = readdirSync(here)
  .filter((name) => name.endsWith(".test.mjs"))
  .filter((name) => chosen.length === 0 || chosen.some((part) => name.includes(part)))
  .filter((name) => server === "reference" || !/\.(node|tool)\.test\.mjs$/.test(name))
  // The load tool is beside the client that was built, and has a server of its own.
  .filter((name) => process.env.SALON_CLIENT?.includes("/") || !name.endsWith(".tool.test.mjs"))
  .filter((name) => server === "python" || name !== "python.test.mjs")
  .filter((name) => server !== "python" || withPython.includes(name))
  .map((name) => here + name);

if (files.length === 0) throw new Error(`no test file matches ${chosen.join(", ")}`);

// They wait more than they work, so even two cores take several at a time.
const options = ["--test", "--test-reporter=spec", "--test-timeout=120000", "--test-concurrency=4"];
const { status } = spawnSync(process.execPath, [...options, ...files], { stdio: "inherit" });
process.exit(status ?? 1);
