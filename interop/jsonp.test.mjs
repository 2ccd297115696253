// JSONP: polling by scripts and forms, in both protocols.
import assert from "node:assert/strict";
import { LegacySession, packetsOf, payload } from "./harness/legacy.mjs";
import { request, SEPARATOR } from "./harness/polling.mjs";
import { serving } from "./harness/scenario.mjs";

const FORM = "application/x-www-form-urlencoded";
const { scenario } = serving({ ALLOW_EIO3: "1" });

const open = async (world, query) => world.keep(await LegacySession.open(world.server, { j: 0, ...query }));

/** What the script hands to its callback. */
function argumentOf(answer, index = 0) {
  const [head, foot] = [`___eio[${index}](`, ");"];
  assert.ok(answer.body.startsWith(head) && answer.body.endsWith(foot), answer.body);
  return JSON.parse(answer.body.slice(head.length, -foot.length));
}

/** Posts a payload as real clients do. */
function post(session, body) {
  const escaped = body.replace(/\\n/g, "\\\n").replace(/\n/g, "\\n");
  return session.postBody(`d=${encodeURIComponent(escaped)}`, FORM);
}

async function joined(world, query) {
  const session = await open(world, query);
  for (let count = 0; count < 2; ) count += packetsOf(argumentOf(await session.get())).length;
  return session;
}

scenario("an answer is a script that is called plain text", async (world) => {
  const session = await open(world, { j: 7 });
  assert.equal(session.opening.headers["content-type"], "text/plain; charset=UTF-8");
  const [packet] = packetsOf(argumentOf(session.opening, 7));
  assert.equal(JSON.parse(packet.slice(1)).sid, session.sid);
});

scenario("of the callback's index only the digits count", async ({ server }) => {
  for (const [j, index] of [
    ["1];alert(2);//", "12"],
    ["", ""],
  ]) {
    argumentOf(await request(server, { query: { EIO: 3, transport: "polling", j } }), index);
  }
});

scenario("the first request says which callback it is", async (world) => {
  const session = await open(world);
  const answer = await session.send({ query: { EIO: 3, transport: "polling", sid: session.sid, j: 5 } }).answer;
  argumentOf(answer, 0);
});

scenario("data comes and goes, whatever characters it has", async (world) => {
  const session = await joined(world);
  const text = JSON.stringify(["message", "a&b=c+d%20 \"é€😀\u2028\u2029\\ \\n \n"]);
  const answer = await post(session, payload(`42${text}`));
  assert.deepEqual([answer.status, answer.body, answer.headers["content-type"]], [200, "ok", "text/html"]);
  const script = await session.get();
  assert.ok(!/[\u2028\u2029]/.test(script.body), "valid in old engines");
  assert.deepEqual(packetsOf(argumentOf(script)), [`42${text.replace("message", "message-back")}`]);
});

scenario("line feeds between backslashes are kept apart", async (world) => {
  const session = await joined(world);
  await session.postBody(String.raw`d=18:42%5B%22message%22,%22\\n%22%5D`, FORM);
  assert.deepEqual(packetsOf(argumentOf(await session.get())), [String.raw`42["message-back","\n"]`]);
});

scenario("binary data is base64", async (world) => {
  const session = await joined(world, { b64: 1 });
  await post(session, payload('451-["message",{"_placeholder":true,"num":0}]', "b4AQIDBA=="));
  const packets = packetsOf(argumentOf(await session.get()));
  assert.deepEqual(packets, ['451-["message-back",{"_placeholder":true,"num":0}]', "b4AQIDBA=="]);
});

scenario("a form without data is taken and means nothing", async (world) => {
  const session = await joined(world);
  for (const body of ["", "e=1:2", "d=1:2&d=1:2"]) {
    assert.equal((await session.postBody(body, FORM)).body, "ok");
  }
  await post(session, payload("2"));
  assert.deepEqual(packetsOf(argumentOf(await session.get())), ["3"]);
});

scenario("protocol 4 has it too", async (world) => {
  const session = await open(world, { EIO: 4 });
  assert.match(argumentOf(session.opening), /^0\{"sid"/);
  await post(session, "40");
  let packets = [];
  while (packets.length < 2) packets.push(...argumentOf(await session.get()).split(SEPARATOR));
  assert.match(packets.join(), /^40\{"sid":"[^"]+"\},42\["auth",\{\}\]$/);
  await post(session, ['451-["message",{"_placeholder":true,"num":0}]', "bAQIDBA=="].join(SEPARATOR));
  packets = argumentOf(await session.get()).split(SEPARATOR);
  assert.deepEqual(packets, ['451-["message-back",{"_placeholder":true,"num":0}]', "bAQIDBA=="]);
});
