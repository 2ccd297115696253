// The client's files, which pages can load from the server.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runInNewContext } from "node:vm";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { request } from "./harness/polling.mjs";
import { serving } from "./harness/scenario.mjs";

const folder = fileURLToPath(new URL("node_modules/socket.io/client-dist/", import.meta.url));
const origin = "http://example.com";
const { scenario, server } = serving({ SERVE_CLIENT: folder, CORS_ORIGIN: origin });

const decoders = { br: brotliDecompressSync, gzip: gunzipSync };
const file = (name, options = {}) => request(server, { path: `/socket.io/${name}`, ...options });

scenario("every file of the client is served as it is", async () => {
  const names = readdirSync(folder);
  assert.equal(names.length, 8);
  for (const name of names) {
    const answer = await file(name);
    assert.equal(answer.status, 200, name);
    assert.ok(answer.bytes.equals(readFileSync(folder + name)), name);
    const type = name.endsWith(".map") ? "json" : "javascript";
    assert.equal(answer.headers["content-type"], `application/${type}; charset=utf-8`);
    assert.equal(answer.headers["cache-control"], "public, max-age=0");
    assert.match(answer.headers.etag, /^"[^"]+"$/);
    assert.equal(answer.headers["content-encoding"], undefined);
  }
});

scenario("the served client is one", async () => {
  const scope = {};
  runInNewContext((await file("socket.io.min.js")).body, { globalThis: scope, self: scope, window: scope });
  assert.equal(typeof scope.io, "function");
});

scenario("a query makes no difference, and neither does the method", async () => {
  const whole = readFileSync(`${folder}socket.io.min.js`, "utf8");
  assert.equal((await file("socket.io.min.js", { query: { v: 4 } })).body, whole);
  assert.equal((await file("socket.io.min.js", { method: "POST" })).body, whole);
  const head = await file("socket.io.min.js", { method: "HEAD" });
  assert.deepEqual([head.status, head.body], [200, ""]);
  assert.equal(head.headers["content-type"], "application/javascript; charset=utf-8");
});

scenario("other names are no files", async () => {
  for (const name of ["socket.io.esm.js", "socket.io.js.br", "x/socket.io.js", "../package.json", "..%2fpackage.json", "socket.io.js/", ""]) {
    const answer = await file(name);
    assert.deepEqual([answer.status, answer.body], [400, '{"code":0,"message":"Transport unknown"}'], name);
  }
  const elsewhere = await request(server, { path: "/socket.io.js" });
  assert.deepEqual([elsewhere.status, elsewhere.body], [404, "elsewhere"]);
});

scenario("a file that the page has already is not sent again", async () => {
  const { etag } = (await file("socket.io.js")).headers;
  for (const known of [etag, `W/${etag}`]) {
    const answer = await file("socket.io.js", { headers: { "if-none-match": known } });
    assert.deepEqual([answer.status, answer.body], [304, ""], known);
    assert.equal(answer.headers["content-type"], undefined);
  }
  for (const unknown of ['"another"', etag.slice(1, -1)]) {
    assert.equal((await file("socket.io.js", { headers: { "if-none-match": unknown } })).status, 200, unknown);
  }
});

for (const accepted of ["gzip", "gzip, deflate, br"]) {
  scenario(`a file is compressed for who accepts ${accepted}`, async () => {
    const answer = await file("socket.io.js", { headers: { "accept-encoding": accepted } });
    const encoding = answer.headers["content-encoding"];
    assert.ok(accepted.includes(encoding), encoding);
    assert.ok(decoders[encoding](answer.bytes).equals(readFileSync(`${folder}socket.io.js`)));
  });
}

scenario("files have the headers of the cross-origin policy", async () => {
  const answer = await file("socket.io.js", { headers: { origin } });
  assert.equal(answer.headers["access-control-allow-origin"], origin);
  assert.equal(answer.headers["access-control-allow-credentials"], "true");
  assert.match(answer.headers.vary, /Origin/);
  const known = await file("socket.io.js", { headers: { origin, "if-none-match": answer.headers.etag } });
  assert.deepEqual([known.status, known.headers["access-control-allow-origin"]], [304, origin]);
  const preflight = await file("socket.io.js", { method: "OPTIONS", headers: { origin, "access-control-request-method": "GET" } });
  assert.deepEqual([preflight.status, preflight.headers["access-control-allow-origin"]], [204, origin]);
});

scenario("clients connect beside the files", async ({ connect }) => {
  const socket = await connect();
  assert.equal(await socket.emitWithAck("message-with-ack", "yes"), "yes");
});
