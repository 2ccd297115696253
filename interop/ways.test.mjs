// Salon's examples, each a way in, with the real client.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { Agent } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { Agent as TlsAgent } from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import { connect as connectTls } from "node:tls";
import { io } from "socket.io-client";
import { within } from "./harness/deadline.mjs";
import { connected, upgraded } from "./harness/client.mjs";
import { request } from "./harness/polling.mjs";

const examples = path.dirname(path.resolve(process.env.SALON_SERVER));
const children = [];
after(() => children.forEach((child) => child.kill("SIGKILL")));

/** An example on a free port, or on a Unix socket. */
async function start(name, env = {}) {
  const child = spawn(path.join(examples, name), { env: { ...process.env, PORT: "0", ...env }, stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const { value } = await within(lines.next(), `${name} to listen`, 15_000);
  const place = /^listening on (.+)$/.exec(value)?.[1];
  assert.ok(place, `${name} said: ${value}`);
  return { child, lines, place, port: Number(place.split(":").at(-1)) };
}

/** Adds two numbers over each transport, and while one is upgraded to the other. */
async function calculate(url, options = {}) {
  for (const transports of [["polling"], ["websocket"], ["polling", "websocket"]]) {
    const socket = io(url, { forceNew: true, autoConnect: false, reconnection: false, transports, ...options });
    try {
      await connected(socket);
      assert.equal(await socket.timeout(5000).emitWithAck("add", 1, 2), 3, `${transports}`);
      const { engine } = socket.io;
      if (transports.length > 1 && engine.transport.name !== "websocket") await within(once(engine, "upgrade"), "the upgrade");
      assert.equal(engine.transport.name, transports.at(-1));
      assert.equal(await socket.timeout(5000).emitWithAck("add", 20, 22), 42);
    } finally {
      socket.io._close();
    }
  }
}

/** Asks it to stop, and waits until it has ended by itself. */
async function stop({ child }) {
  const ended = once(child, "exit");
  child.kill("SIGINT");
  const [code] = await within(ended, "the example to end", 15_000);
  assert.equal(code, 0);
}

const way = (name, body) => test(name, { timeout: 60_000 }, body);

way("salon's own listener", async () => {
  const example = await start("serve");
  await calculate(`http://${example.place}`);
  assert.equal((await request(example, { path: "/elsewhere" })).status, 404);
  await stop(example);
});

way("axum", async () => {
  const example = await start("axum");
  await calculate(`http://${example.place}`);
  assert.equal((await request(example, { path: "/" })).body, "Hello from axum!");
  const socket = await connected(io(`http://${example.place}`, { forceNew: true, autoConnect: false, reconnection: false }));
  assert.equal(await socket.timeout(5000).emitWithAck("who"), "127.0.0.1");
  // In the middle of its upgrade the client would learn of the end by its ping timeout only.
  await upgraded(socket);
  const ended = once(socket, "disconnect");
  await stop(example);
  assert.deepEqual([(await ended)[0], socket.io.engine?.readyState], ["transport close", "closed"]);
  socket.close();
});

way("hyper", async () => {
  const example = await start("hyper");
  await calculate(`http://${example.place}`);
  assert.equal((await request(example, { path: "/" })).body, "Hello from hyper!");
});

way("a Unix socket", async () => {
  const socketPath = path.join(tmpdir(), `salon-ways-${process.pid}.sock`);
  const example = await start("unix_socket", { SOCKET: socketPath });
  assert.equal(example.place, socketPath);
  await calculate("http://localhost", { agent: new Agent({ socketPath }) });
  await stop(example);
});

way("TLS, with a certificate that is renewed meanwhile", async () => {
  const example = await start("tls");
  const url = `https://localhost:${example.port}`;
  const options = { agent: new TlsAgent({ rejectUnauthorized: false }), rejectUnauthorized: false };
  await calculate(url, options);

  const socket = await connected(io(url, { forceNew: true, autoConnect: false, reconnection: false, transports: ["websocket"], ...options }));
  assert.equal(await socket.timeout(5000).emitWithAck("secure"), true);
  const before = await certificate(example.port);
  example.child.kill("SIGHUP");
  const { value } = await within(example.lines.next(), "the new certificate");
  assert.equal(value, "a new certificate is in use");
  assert.notEqual(await certificate(example.port), before);
  assert.equal(await socket.timeout(5000).emitWithAck("add", 1, 1), 2);
  socket.close();
  await calculate(url, options);
  await stop(example);
});

async function certificate(port) {
  const socket = connectTls({ port, host: "127.0.0.1", servername: "localhost", rejectUnauthorized: false });
  await within(once(socket, "secureConnect"), "the handshake of TLS");
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

way("HTTP/2, for polling", async () => {
  const example = await start("http2");
  await calculate(`http://${example.place}`);
  await pollOverHttp2(`http://${example.place}`);
  await stop(example);
});

way("HTTP/2 with TLS", async () => {
  const example = await start("tls");
  await pollOverHttp2(`https://localhost:${example.port}`);
  await stop(example);
});

/** Opens a session, joins, asks and gets its answer, with a poll held meanwhile. */
async function pollOverHttp2(url) {
  const connection = connectHttp2(url, { rejectUnauthorized: false });
  await within(once(connection, "connect"), "HTTP/2");
  const exchange = async (method, query, body) => {
    const stream = connection.request({ ":method": method, ":path": `/socket.io/?EIO=4&transport=polling${query}` });
    stream.end(body);
    const [headers] = await within(once(stream, "response"), `${method} ${query}`);
    assert.equal(headers[":status"], 200);
    let text = "";
    for await (const chunk of stream.setEncoding("utf8")) text += chunk;
    return text;
  };
  const { sid } = JSON.parse((await exchange("GET", "")).slice(1));
  const session = `&sid=${sid}`;
  assert.equal(await exchange("POST", session, "40"), "ok");
  assert.match(await exchange("GET", session), /^40\{"sid"/);
  const held = exchange("GET", session);
  assert.equal(await exchange("POST", session, '421["add",1,2]'), "ok");
  assert.equal(await held, "431[3]");
  connection.close();
}
