// A thousand clients whose connections are cut at random, for a while: afterwards all of them are connected, and their
// program has the memory and the tasks that it had before. `npm run soak -- SECONDS CLIENTS`, a minute and 1,000 by default.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer, connect } from "node:net";
import { TestServer } from "../harness/server.mjs";
import { eventually, ManagerHandle, Program } from "./harness/program.mjs";
import { modes, transports } from "./harness/scenario.mjs";

const [seconds = 60, clients = 1000] = process.argv.slice(2).map(Number);
const CUTS_A_SECOND = 100;
const LATEST = 60_000;

const say = (what) => console.log(`${(performance.now() / 1000).toFixed(1).padStart(6)} s  ${what}`);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Passes bytes on, until a connection is cut. */
class Wire {
  #target;
  #pairs = new Set();
  cuts = 0;

  constructor(target) {
    this.#target = target;
    this.#server = createServer((near) => this.#pass(near));
  }

  #server;

  listen() {
    return new Promise((resolve) => this.#server.listen(0, "127.0.0.1", 4096, resolve));
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  #pass(near) {
    const far = connect(this.#target.port, "127.0.0.1");
    const pair = [near, far];
    this.#pairs.add(pair);
    for (const [one, other] of [pair, pair.toReversed()]) {
      one.on("error", () => {});
      one.on("close", () => {
        other.destroy();
        this.#pairs.delete(pair);
      });
    }
    near.pipe(far).pipe(near);
  }

  cutOne() {
    const pairs = [...this.#pairs];
    pairs[Math.floor(Math.random() * pairs.length)]?.[0].destroy();
    this.cuts += 1;
  }

  cutAll() {
    for (const [near] of this.#pairs) near.destroy();
  }
}

/** What the program uses, once nothing more goes on in it. */
async function usage(program, what) {
  await pause(1500);
  const { tasks } = await program.ask("reply", { do: "usage" }, "its usage");
  const [, kilobytes] = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${program.pid}/status`, "utf8"));
  say(`${what}: ${tasks} tasks, ${(kilobytes / 1024).toFixed(1)} MiB`);
  return { tasks, memory: kilobytes * 1024 };
}

function start(program, url) {
  return Array.from({ length: clients }, (_, i) => {
    const mode = modes[i % modes.length];
    const manager = new ManagerHandle(program);
    const options = { transports: transports[mode], reconnectionDelay: 100, reconnectionDelayMax: 500 };
    program.order({ do: "manager", manager: manager.number, url, options });
    const socket = manager.socket("/");
    socket.connect();
    return { mode, socket };
  });
}

/** Waits until each client runs on the transport that it ends with, and gets an answer. */
async function settle(all) {
  await Promise.all(all.map(settleOne));
}

async function settleOne({ mode, socket }) {
  const wanted = mode === "polling" ? "polling" : "websocket";
  let patience = 30;
  const isBack = async () => {
    const { connected, transport } = await socket.state();
    if (connected && transport === wanted) return socket.askWith({ timeout: 5000 }, "message-with-ack", "there").catch(() => false);
    // Where the upgrade was cut the session goes on without one, so there must be another session.
    if (connected && --patience === 0) {
      patience = 30;
      socket.disconnect();
      socket.connect();
    }
    return pause(100);
  };
  await eventually(isBack, `a client of ${mode} to be back`, LATEST);
}

const server = new TestServer({ PING_INTERVAL: "5000", PING_TIMEOUT: "5000", CONNECT_TIMEOUT: "20000" });
await server.start();
const wire = new Wire(server);
await wire.listen();
const program = new Program();
program.start();
const empty = await usage(program, "without clients");

say(`${clients} clients connect`);
const all = start(program, wire.url);
await settle(all);
// What allocators and tables take for good they have after they were all cut off once.
wire.cutAll();
await settle(all);
const before = await usage(program, "connected");

say(`connections are cut for ${seconds} s`);
for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
  wire.cutOne();
  await pause(1000 / CUTS_A_SECOND);
}
say(`${wire.cuts} connections were cut`);
await settle(all);
const after = await usage(program, "connected again");

for (const { socket } of all) socket.manager.close();
await eventually(async () => {
  const { tasks } = await program.ask("reply", { do: "usage" }, "its usage");
  return tasks === empty.tasks || pause(100);
}, "the tasks of closed managers to end", LATEST);
await usage(program, "closed");

assert.equal(after.tasks, before.tasks, "tasks");
const growth = after.memory - before.memory;
assert.ok(growth < before.memory * 0.1 + 2 ** 20, `the memory grew by ${growth} bytes`);
assert.equal(await program.end(), 0);
await server.kill();
say("the clients end with what they began with");
process.exit(0);
