import assert from "node:assert/strict";
import { gunzipSync, inflateSync } from "node:zlib";
import { request } from "./harness/polling.mjs";
import { serving } from "./harness/scenario.mjs";

const { scenario, server } = serving();

scenario("trap 13: a POST is answered with ok", async ({ poll }) => {
  const session = await poll();
  const answer = await session.post("40");
  assert.equal(answer.status, 200);
  assert.equal(answer.body, "ok");
  assert.equal(answer.headers["content-type"], "text/html");
  assert.equal(answer.headers["content-length"], "2");
  assert.equal(answer.headers["cache-control"], "no-store");
});

scenario("a poll gets all packets that wait, in one body", async ({ poll }) => {
  const session = await poll();
  await session.join();
  await session.post('42["message",1]', '42["message","ä🦀"]', '427["message-with-ack"]');
  const answer = await session.get();
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.packets, ['42["message-back",1]', '42["message-back","ä🦀"]', "437[]"]);
  assert.equal(answer.headers["content-type"], "text/plain; charset=UTF-8");
  assert.equal(answer.headers["content-length"], String(Buffer.byteLength(answer.body)));
  assert.equal(answer.headers["cache-control"], "no-store");
});

scenario("a pending poll is answered as soon as there is a packet", async ({ poll }) => {
  const session = await poll();
  await session.join();
  const pending = await session.pendingGet();
  await session.post('42["message","now"]');
  assert.deepEqual((await pending.answer).packets, ['42["message-back","now"]']);
});

scenario("a reply written while a POST is handled may arrive before its ok", async ({ poll }) => {
  const session = await poll();
  await session.join();
  const pending = await session.pendingGet();
  const [posted, polled] = await Promise.all([session.post('42["message"]'), pending.answer]);
  assert.deepEqual([posted.body, polled.body], ["ok", '42["message-back"]']);
});

scenario("trap 15: bytes travel as base64 in both directions", async ({ poll }) => {
  const session = await poll();
  await session.join();
  await session.post('451-["message",{"_placeholder":true,"num":0}]', "bAQIDBA==");
  assert.equal((await session.get()).body, '451-["message-back",{"_placeholder":true,"num":0}]\x1ebAQIDBA==');
});

scenario("bytes may come in a POST of their own", async ({ poll }) => {
  const session = await poll();
  await session.join();
  await session.post('452-["message",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}]');
  await session.post("b/+8=");
  await session.post("bAA==");
  const placeholders = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}';
  assert.equal((await session.get()).body, `452-["message-back",${placeholders}]\x1ebAA==\x1eb/+8=`);
});

scenario("base64 without padding and of the URL alphabet is understood", async ({ poll }) => {
  const session = await poll();
  await session.join();
  const announce = '451-["message",{"_placeholder":true,"num":0}]';
  await session.post(announce, "bAQIDBA", announce, "b_-8");
  assert.deepEqual((await session.get()).packets.filter((packet) => packet.startsWith("b")), ["bAQIDBA==", "b/+8="]);
});

scenario("a text in UTF-8 may be cut anywhere", async ({ poll }) => {
  const session = await poll();
  await session.join();
  const body = Buffer.from('42["message","🦀ä"]');
  const { answer, reached } = session.sendInPieces(Array.from(body, (byte) => Buffer.from([byte])));
  await reached;
  assert.equal((await answer).body, "ok");
  assert.equal((await session.get()).body, '42["message-back","🦀ä"]');
});

scenario("a POST may be chunked, and is limited all the same", async ({ poll }) => {
  const session = await poll();
  await session.join();
  const chunked = { "content-type": "text/plain", "transfer-encoding": "chunked" };
  const small = await session.send({ method: "POST", body: '421["message-with-ack"]', headers: chunked }).answer;
  assert.deepEqual([small.status, small.body], [200, "ok"]);
  assert.equal((await session.get()).body, "431[]");
  const large = await session.send({ method: "POST", body: "4".repeat(1_000_001), headers: chunked, agent: false }).answer;
  assert.equal(large.status, 413);
  assert.equal((await session.post("6")).status, 200);
});

scenario("the content type of a POST hardly matters", async ({ poll }) => {
  const session = await poll();
  await session.join();
  for (const type of ["text/plain", "application/json", "application/octet-stream; charset=binary"]) {
    assert.equal((await session.postBody('421["message-with-ack"]', { "content-type": type })).status, 200, type);
  }
  assert.equal((await session.postBody('421["message-with-ack"]', {})).status, 200, "none");
  assert.deepEqual((await session.get()).packets, ["431[]", "431[]", "431[]", "431[]"]);
});

scenario("an octet-stream POST is refused and ends the session", async ({ poll }) => {
  const session = await poll();
  const id = await session.join();
  const answer = await session.postBody('42["message"]', { "content-type": "application/octet-stream" });
  assert.deepEqual([answer.status, answer.body], [400, ""]);
  assert.equal(await server.reason(id), "transport error");
  assert.equal((await session.get()).json.code, 1);
});

scenario("trap 12: a second poll is refused, the first gets a close packet, and the session ends", async ({ poll }) => {
  const session = await poll();
  const id = await session.join();
  const first = await session.pendingGet();
  const second = await session.get();
  assert.deepEqual([second.status, second.body], [400, ""]);
  const closed = await first.answer;
  assert.deepEqual([closed.status, closed.body], [200, "1"]);
  assert.equal(await server.reason(id), "transport error");
  assert.equal((await session.get()).json.code, 1);
});

scenario("a second POST at a time is refused and the session ends", async ({ poll }) => {
  const session = await poll();
  const id = await session.join();
  const slow = session.sendInPieces([Buffer.from("42")], { length: 100 });
  await slow.reached;
  const second = await session.post("6");
  assert.deepEqual([second.status, second.body], [400, ""]);
  assert.equal(await server.reason(id), "transport error");
  slow.abort();
});

scenario("a POST that is cut ends the session", async ({ poll }) => {
  const session = await poll();
  const id = await session.join();
  const cut = session.sendInPieces([Buffer.from('42["mess')], { length: 100 });
  await cut.reached;
  cut.abort();
  assert.equal(await server.reason(id), "transport error");
});

scenario("trap 14: a POST that is too large is refused and the session lives", async ({ poll }) => {
  const session = await poll();
  await session.join();
  const answer = await session.send({ method: "POST", body: `42["message","${"x".repeat(1_000_000)}"]`, agent: false }).answer;
  assert.deepEqual([answer.status, answer.body], [413, ""]);
  await session.post('421["message-with-ack"]');
  assert.equal((await session.get()).body, "431[]");
});

scenario("a POST of exactly the largest size is accepted, one byte more is not", async ({ poll }) => {
  const session = await poll();
  await session.join();
  const frame = (size) => `42["nobody","${"x".repeat(size - 15)}"]`;
  assert.equal(Buffer.byteLength(frame(1_000_000)), 1_000_000);
  assert.equal((await session.postBody(frame(1_000_000))).status, 200);
  assert.equal((await session.send({ method: "POST", body: frame(1_000_001), agent: false }).answer).status, 413);
});

scenario("the size of a POST is counted in bytes", async ({ poll }) => {
  const session = await poll();
  await session.join();
  const body = `42["nobody","${"🦀".repeat(250_000)}"]`;
  assert.ok(body.length < 1_000_000);
  assert.equal((await session.send({ method: "POST", body, agent: false }).answer).status, 413);
});

scenario("trap 13: a close packet by POST answers the pending poll with a noop", async ({ poll }) => {
  const session = await poll();
  const id = await session.join();
  const pending = await session.pendingGet();
  const posted = await session.post("1");
  assert.deepEqual([posted.status, posted.body], [200, "ok"]);
  const released = await pending.answer;
  assert.deepEqual([released.status, released.body], [200, "6"]);
  assert.equal(await server.reason(id), "transport close");
  assert.equal((await session.get()).json.code, 1);
});

scenario("a close packet may follow others in one body", async ({ poll }) => {
  const session = await poll();
  const id = await session.join();
  const pending = await session.pendingGet();
  await session.post('42["message","last words"]', "1");
  assert.match((await pending.answer).body, /^(42\["message-back","last words"\]|6)$/);
  assert.equal(await server.reason(id), "transport close");
});

scenario("a close by the server answers the pending poll with a close packet", async ({ poll }) => {
  const session = await poll();
  const id = await session.join();
  const pending = await session.pendingGet();
  await session.post('42["disconnect-me",true]');
  assert.equal((await pending.answer).body, "41");
  assert.equal(await server.reason(id), "server namespace disconnect");
  assert.equal((await session.get()).body, "6\x1e1");
  assert.equal((await session.get()).json.code, 1);
});

scenario("what the server wrote before it closed is still delivered", async ({ poll }) => {
  const session = await poll();
  await session.join();
  await session.post('42["message","one"]', '42["message","two"]', '42["disconnect-me",true]');
  const first = (await session.get()).packets;
  assert.deepEqual(first.slice(0, 3), ['42["message-back","one"]', '42["message-back","two"]', "41"]);
  const rest = first.slice(3);
  if (!rest.includes("1")) rest.push(...(await session.get()).packets);
  assert.deepEqual(rest.at(-1), "1");
  assert.equal((await session.get()).json.code, 1);
});

scenario("a session in its last poll still accepts POSTs", async ({ poll }) => {
  const session = await poll();
  await session.join();
  await session.post("4abc");
  const posted = await session.post('42["message"]');
  assert.deepEqual([posted.status, posted.body], [200, "ok"]);
  assert.equal((await session.get()).body, "6\x1e1");
  assert.equal((await session.get()).json.code, 1);
});

scenario("a close packet ends a session in its last poll", async ({ poll }) => {
  const session = await poll();
  const id = await session.join();
  await session.post('42["disconnect-me",true]');
  assert.equal(await server.reason(id), "server namespace disconnect");
  assert.deepEqual([(await session.post("1")).body, (await session.get()).json?.code], ["ok", 1]);
});

scenario("packets after an unknown one are not handled", async ({ poll }) => {
  const session = await poll();
  const id = await session.join();
  const pending = await session.pendingGet();
  await session.post('421["message-with-ack"]', "x", '422["message-with-ack"]');
  const { body } = await pending.answer;
  assert.ok(!body.includes("432[]"), body);
  assert.equal(await server.reason(id), "parse error");
  assert.equal((await session.get()).json.code, 1);
});

const unreadable = {
  "an empty body": "",
  "an empty packet": '42["message"]\x1e',
  "an unknown packet": "x",
  "a digit that is no packet": "7",
};

for (const [what, body] of Object.entries(unreadable)) {
  scenario(`${what} ends the session with a close packet`, async ({ poll }) => {
    const session = await poll();
    const id = await session.join();
    const pending = await session.pendingGet();
    const posted = await session.postBody(body);
    assert.deepEqual([posted.status, posted.body], [200, "ok"]);
    assert.match((await pending.answer).body, /^(1|42\["message-back"\])$/);
    assert.equal(await server.reason(id), "parse error");
  });
}

scenario("packets that a client need not send change nothing", async ({ poll }) => {
  const session = await poll();
  await session.join();
  await session.post("0", "0{}", "5", "6", "3", "3probe");
  await session.post('421["message-with-ack"]');
  assert.equal((await session.get()).body, "431[]");
});

scenario("other methods of a session are answered with 500", async ({ poll }) => {
  const session = await poll();
  for (const method of ["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]) {
    const answer = await session.send({ method }).answer;
    assert.deepEqual([answer.status, answer.body], [500, ""], method);
  }
  assert.equal((await session.post("40")).status, 200);
});

scenario("a session may be used at any path below and with any further parameters", async ({ poll }) => {
  const session = await poll();
  await session.join();
  const query = { ...session.query, t: "1" };
  const posted = await session.send({ method: "POST", path: "/socket.io/x/y", query, body: '421["message-with-ack"]' }).answer;
  assert.equal(posted.body, "ok");
  const polled = await request(server, { query: { t: "2", ...session.query } });
  assert.equal(polled.body, "431[]");
});

for (const [encoding, decode] of [["gzip", gunzipSync], ["deflate", inflateSync]]) {
  scenario(`a poll body from 1,024 bytes on is compressed for who accepts ${encoding}`, async ({ poll }) => {
    const session = await poll();
    await session.join();
    const echoed = async (size, headers) => {
      await session.post(`42["message","${"x".repeat(size - 21)}"]`);
      return session.send({ headers }).answer;
    };
    const accepting = { "accept-encoding": `${encoding}, br` };

    const large = await echoed(1024, accepting);
    assert.equal(large.headers["content-encoding"], encoding);
    assert.equal(decode(large.bytes).length, 1024);
    assert.equal(large.headers["content-type"], "text/plain; charset=UTF-8");

    for (const plain of [await echoed(1023, accepting), await echoed(1024, {}), await echoed(1024, { "accept-encoding": "br" })]) {
      assert.equal(plain.headers["content-encoding"], undefined);
      assert.equal(plain.headers["content-length"], String(plain.bytes.length));
    }
  });
}

scenario("Internet Explorer is told to keep its XSS filter out of answers", async ({ poll }) => {
  const session = await poll();
  const guard = async (agent) => (await session.send({ headers: { "user-agent": agent }, method: "POST", body: "6" }).answer).headers["x-xss-protection"];
  assert.equal(await guard("Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko"), "0");
  assert.equal(await guard("Mozilla/4.0 (compatible;MSIE 8.0)"), "0");
  assert.equal(await guard("Mozilla/5.0"), undefined);
});
