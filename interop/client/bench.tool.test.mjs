// The load tool of salon-cli against Node's own server: every scenario, in small.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

// It is built beside the client that is tested.
const tool = join(dirname(dirname(process.env.SALON_CLIENT)), "salon");
const run = promisify(execFile);
let server;
let url;

before(async () => {
  const file = fileURLToPath(new URL("bench-server.mjs", import.meta.url));
  server = spawn(process.execPath, [file], { env: { ...process.env, PORT: "0" }, stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(server.stdout, "data");
  url = `http://127.0.0.1:${/listening on (\d+)/.exec(line)[1]}`;
});

after(() => server.kill());

for (const words of [
  "connect --rate 40",
  "echo --rate max --in-flight 4",
  "events --rate 200",
  "broadcast --rate 20",
  "rooms --rate 20 --room-size 5",
  "binary --rate 50",
  "polling --rate 20",
  "idle",
  "jitter --rate 20 --cut-every 500ms --away 50ms",
]) {
  test(`salon bench ${words}: all is delivered`, async () => {
    const [scenario, ...options] = words.split(" ");
    const small = ["--connections", "10", "--duration", "1s", "--warm-up", "200ms", "--json"];
    const { stdout } = await run(tool, ["bench", scenario, url, ...small, ...options]);
    const report = JSON.parse(stdout);
    assert.equal(report.delivered, report.expected);
    assert.ok(report.delivered > 5, stdout);
    assert.deepEqual(report.failures, {});
    if (scenario === "jitter") {
      assert.ok(report.counts.cuts > 2, stdout);
      assert.equal(report.counts["back with its state"], report.counts.cuts);
    }
  });
}
