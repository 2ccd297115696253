import assert from "node:assert/strict";
import { serving } from "./harness/scenario.mjs";

const { scenario, server } = serving();
const hasty = serving({ CONNECT_TIMEOUT: "300" });

async function assertCloses({ frames, poll }, packets) {
  const websocket = await frames();
  await websocket.handshake();
  const first = await websocket.join();
  websocket.send(...packets);
  assert.deepEqual(await websocket.closed(), { code: 1005, reason: "" });
  assert.equal(await server.reason(first), "forced close");

  const polling = await poll();
  const second = await polling.join();
  const pending = await polling.pendingGet();
  await polling.post(...packets.map((packet) => (Buffer.isBuffer(packet) ? `b${packet.toString("base64")}` : packet)));
  assert.equal((await pending.answer).packets.at(-1), "1");
  assert.equal(await server.reason(second), "forced close");
}

const placeholder = (num) => `{"_placeholder":true,"num":${num}}`;

const unreadable = {
  "no packet type": ["4"],
  "an unknown packet type": ["47"],
  "a packet type that is no digit": ["4abc"],
  "JSON that ends too early": ['42["message'],
  "JSON with something behind it": ['42["message"]x'],
  "JSON with a trailing comma": ['42["message",]'],
  "an event that is no array": ['42{"message":1}'],
  "an event that is a text": ['42"message"'],
  "an event that is null": ["42null"],
  "an event without a name": ["42[]"],
  "an event whose name is an object": ["42[{}]"],
  "an event whose name is null": ["42[null]"],
  "an event whose name is a boolean": ["42[true]"],
  "the reserved event connect": ['42["connect"]'],
  "the reserved event connect_error": ['42["connect_error"]'],
  "the reserved event disconnect": ['42["disconnect"]'],
  "the reserved event disconnecting": ['42["disconnecting"]'],
  "the reserved event newListener": ['42["newListener"]'],
  "the reserved event removeListener": ['42["removeListener"]'],
  "a reserved event with bytes": [`451-["disconnect",${placeholder(0)}]`, Buffer.from([1])],
  "an answer that is no array": ['431{"a":1}'],
  "a disconnect with a payload": ["41{}"],
  "a connect with a text": ['40"token"'],
  "a connect with an array": ["40[]"],
  "a connect with null": ["40null"],
  "a connect to another namespace with a text": ['40/custom,"token"'],
  "a connect error with a number": ["44[]"],
  "attachments without a number": ['45-["message"]'],
  "attachments without a dash": ['451["message"]'],
  "no attachments": ['450-["message"]'],
  "a negative number of attachments": ['45-1-["message"]'],
  "a broken number of attachments": ['451.5-["message"]'],
  "a number of attachments that is no number": ['45x-["message"]'],
  "11 attachments": [`4511-["message",${placeholder(0)}]`],
  "very many attachments": ['4599999999999-["message"]'],
  "bytes that nobody announced": [Buffer.from([1, 2, 3])],
  "text where an attachment is due": [`451-["message",${placeholder(0)}]`, '42["message"]'],
  "a placeholder beyond the attachments": [`451-["message",${placeholder(1)}]`, Buffer.from([1])],
  "a placeholder below the attachments": [`451-["message",${placeholder(-1)}]`, Buffer.from([1])],
  "a placeholder without a number": ['451-["message",{"_placeholder":true}]', Buffer.from([1])],
  "a placeholder whose number is a text": ['451-["message",{"_placeholder":true,"num":"0"}]', Buffer.from([1])],
  "an unreadable binary event": ["451-[", Buffer.from([1])],
};

for (const [what, packets] of Object.entries(unreadable)) {
  scenario(`trap 22: ${what} closes the connection`, (world) => assertCloses(world, packets));
}

const wrong = {
  "a second connect to the same namespace": ["40"],
  "a second connect with auth": ['40{"token":"x"}'],
  "an event for a namespace not joined": ['42/custom,["message"]'],
  "an event for an unknown namespace": ['42/unknown,["message"]'],
  "an event without a payload for a namespace not joined": ["42/custom,"],
  "an answer for a namespace not joined": ["43/custom,1[]"],
  "an answer without a payload for a namespace not joined": ["43/custom,1"],
  "an answer without an id for a namespace not joined": ["43/custom,[]"],
  "a disconnect from a namespace not joined": ["41/custom,"],
  "a connect error by the client": ['44{"message":"no"}'],
};

for (const [what, packets] of Object.entries(wrong)) {
  scenario(`trap 19: ${what} closes the connection`, (world) => assertCloses(world, packets));
}

scenario("trap 18: an event before the connect closes the connection", async ({ frames, poll }) => {
  const websocket = await frames();
  await websocket.handshake();
  websocket.send('42["message"]');
  assert.equal((await websocket.closed()).code, 1005);

  const polling = await poll();
  const pending = await polling.pendingGet();
  await polling.post('42["message"]');
  assert.equal((await pending.answer).body, "1");
});

scenario("a session that closed for a bad packet is unknown after its last poll", async ({ poll }) => {
  const session = await poll();
  await session.join();
  await session.post("4abc");
  assert.equal((await session.post('42["message"]')).status, 200);
  assert.equal((await session.get()).body, "6\x1e1");
  assert.equal((await session.get()).json.code, 1);
});

const readable = {
  "an event without a payload": ["42"],
  "an answer without a payload": ["431"],
  "an event whose name is a number": ["42[1,2]"],
  "an event whose name is empty": ['42[""]'],
  "white space in the JSON": ['42[ "nobody" , 1 ]\n'],
  "an event named like a property of every object": ['42["__proto__",1]', '42["constructor"]', '42["toString"]'],
  "an answer that nobody waits for": ["431[]"],
  "an answer without an id": ["43[]"],
  "10 attachments": [`4510-["nobody",${placeholder(9)}]`, ...Array(10).fill(Buffer.from([1]))],
  "more attachments than placeholders": ['452-["nobody"]', Buffer.from([1]), Buffer.from([2])],
  "two placeholders for one attachment": [`451-["nobody",${placeholder(0)},${placeholder(0)}]`, Buffer.from([1])],
  "a number of attachments with zeros in front": [`45001-["nobody",${placeholder(0)}]`, Buffer.from([1])],
  "keys that are there twice": ['42["nobody",{"a":1,"a":2}]'],
  "half of a surrogate pair": ['42["nobody","\\ud800"]'],
};

for (const [what, packets] of Object.entries(readable)) {
  scenario(`trap 22: ${what} keeps the connection open`, async ({ frames }) => {
    const session = await frames();
    await session.handshake();
    await session.join();
    session.send(...packets, '421["message-with-ack","fence"]');
    assert.equal(await session.next(), '431["fence"]');
  });
}

scenario("an event with the namespace written out for the main one is answered without it", async ({ frames }) => {
  const session = await frames();
  await session.handshake();
  session.send("40/,");
  assert.match(await session.next(), /^40\{"sid"/);
  await session.next();
  session.send('42/,1["message-with-ack"]');
  assert.equal(await session.next(), "431[]");
});

scenario("trap 23: a placeholder in the answer keeps the order of the attachments", async ({ frames }) => {
  const session = await frames();
  await session.handshake();
  await session.join();
  session.send(`452-["message",{"b":${placeholder(1)},"a":[${placeholder(0)}]}]`, Buffer.from("A"), Buffer.from("B"));
  assert.equal(await session.next(), `452-["message-back",{"b":${placeholder(0)},"a":[${placeholder(1)}]}]`);
  assert.deepEqual([await session.next(), await session.next()], [Buffer.from("B"), Buffer.from("A")]);
});

hasty.scenario("trap 20: a connection that joins no namespace in time is closed", async ({ frames, poll }) => {
  const websocket = await frames();
  await websocket.handshake();
  const start = performance.now();
  assert.equal((await websocket.closed()).code, 1005);
  assert.ok(performance.now() - start >= 250);

  const polling = await poll();
  assert.equal((await polling.get()).body, "1");
});

hasty.scenario("trap 20: a refused connect does not stop the clock, a successful one does", async ({ frames }) => {
  const refused = await frames();
  await refused.handshake();
  refused.send("40/unknown,");
  assert.match(await refused.next(), /^44\/unknown,/);
  assert.equal((await refused.closed()).code, 1005);

  const joined = await frames();
  await joined.handshake();
  await joined.join();
  joined.send("41");
  const quiet = await Promise.race([joined.ended, new Promise((resolve) => setTimeout(resolve, 600, "still open"))]);
  assert.equal(quiet, "still open");
});
