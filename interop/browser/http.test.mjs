// What the demo answers to plain HTTP, seen as curl sees it.

import assert from "node:assert/strict";
import { once } from "node:events";
import { get } from "node:http";
import { buffer } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { Demo } from "./support/demo.mjs";

const DECODERS = { gzip: gunzipSync, br: brotliDecompressSync };

let demo;

before(async () => {
  demo = await Demo.start();
});

after(() => demo?.stop());

for (const path of ["/", "/static/js/app.js"]) {
  for (const [encoding, decode] of Object.entries(DECODERS)) {
    test(`${path} is compressed with ${encoding}`, async () => {
      const plain = await ask(path);
      const small = await ask(path, encoding);
      assert.equal(plain.status, 200);
      assert.equal(plain.encoding, undefined);
      assert.equal(small.encoding, encoding);
      assert.ok(small.body.length < plain.body.length);
      assert.deepEqual(decode(small.body), plain.body);
    });
  }
}

test("/static serves from dist and from public", async () => {
  assert.equal((await ask("/static/css/app.css")).type, "text/css");
  assert.equal((await ask("/static/favicon.svg")).type, "image/svg+xml");
});

for (const path of ["/nope", "/static/nope.js"]) {
  test(`${path} is a 404 page`, async () => {
    const { status, type, body } = await ask(path);
    assert.equal(status, 404);
    assert.equal(type, "text/html; charset=utf-8");
    assert.ok(body.includes(`There is nothing at ${path}.`), String(body));
  });
}

async function ask(path, encoding = "identity") {
  const request = get(demo.url + path, { headers: { "accept-encoding": encoding } });
  const [answer] = await once(request, "response");
  const { "content-encoding": used, "content-type": type } = answer.headers;
  return { status: answer.statusCode, encoding: used, type, body: await buffer(answer) };
}
