// A server for a file of tests, and tests that clean up after themselves.
import { after, before, test } from "node:test";
import { client, connected, modes, upgraded } from "./client.mjs";
import { PollingSession } from "./polling.mjs";
import { FrameSession } from "./frames.mjs";
import { TestServer } from "./server.mjs";

/** What a test gets: ways to connect, all of them closed at its end. */
class World {
  #sockets = [];
  #sessions = [];

  constructor(server, mode) {
    this.server = server;
    this.mode = mode;
  }

  /** A client socket that the test connects itself. */
  client = (options) => {
    const socket = client(this.server, { mode: this.mode, ...options });
    this.#sockets.push(socket);
    return socket;
  };

  connect = (options) => connected(this.client(options));

  /** Engine.IO by hand over HTTP long-polling. */
  poll = async (query) => this.keep(await PollingSession.open(this.server, query));

  /** Engine.IO by hand over a new WebSocket, which may be the candidate of an upgrade. */
  frames = async (query) => this.keep(await FrameSession.open(this.server, query));

  /** Anything with `abort()`, which is called when the test is over. */
  keep = (session) => {
    this.#sessions.push(session);
    return session;
  };

  async finish() {
    if (this.mode !== "upgrade") return;
    for (const socket of this.#sockets) if (socket.connected) await upgraded(socket);
  }

  close() {
    for (const socket of this.#sockets) socket.io._close();
    for (const session of this.#sessions) session.abort();
  }
}

export function serving(env = {}) {
  // No ping between the lines, and no connection lost on a busy machine; who wants pings sets them.
  const server = new TestServer({ PING_INTERVAL: "25000", PING_TIMEOUT: "20000", CONNECT_TIMEOUT: "20000", ...env });
  before(() => server.start());
  after(() => server.kill());

  function scenario(name, body, mode) {
    test(name, { timeout: 60_000 }, async (t) => {
      if (!server.running) await server.start();
      const seen = server.output.length;
      const world = new World(server, mode);
      try {
        await body(world);
        await world.finish();
        if (!server.running) throw new Error("the server is gone");
      } catch (error) {
        t.diagnostic(`the server said: ${server.output.slice(seen).join("\n") || "nothing"}`);
        throw error;
      } finally {
        world.close();
      }
    });
  }

  /** The same test over polling, over WebSocket, and while the one is upgraded to the other. */
  function overEachTransport(name, body) {
    for (const mode of modes) scenario(`${name} (${mode})`, body, mode);
  }

  return { server, scenario, overEachTransport };
}
