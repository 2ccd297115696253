// Tests of a client, that clean up after themselves.
import { after, before, test } from "node:test";
import { TestServer } from "../../harness/server.mjs";
import { isReference, ManagerHandle, Program, SocketHandle } from "./program.mjs";
import { Relay } from "./relay.mjs";

export const transports = {
  polling: ["polling"],
  websocket: ["websocket"],
  upgrade: ["polling", "websocket"],
};

export const modes = Object.keys(transports);

/** Comes back soon, so that no test waits long. */
export const persistent = { reconnection: true, reconnectionDelay: 30, reconnectionDelayMax: 100, randomizationFactor: 0 };

/** What a test gets: ways to connect, all of them closed at its end. */
class World {
  #program;
  #sockets = [];
  #managers = [];
  #others = [];

  constructor(program, server, mode) {
    this.#program = program;
    this.server = server;
    this.mode = mode;
  }

  /** A manager that is not connected, and does not come back unless told so; `to` is anything with an address. */
  manager = ({ to = this.server, mode = this.mode ?? "websocket", ...options } = {}) => {
    const manager = new ManagerHandle(this.#program);
    const url = `http://${to.address}`;
    const complete = { transports: transports[mode], reconnection: false, ...options };
    this.#program.order({ do: "manager", manager: manager.number, url, options: complete });
    this.#managers.push(manager);
    return manager;
  };

  /** A socket that the test connects itself, with a manager of its own. */
  client = ({ namespace = "/", auth, auths, retries, ackTimeout, ...options } = {}) => {
    const socket = this.manager(options).socket(namespace, { auth, auths, retries, ackTimeout });
    this.#sockets.push(socket);
    return socket;
  };

  connect = async (options) => {
    const socket = this.client(options);
    await socket.connected();
    return socket;
  };

  /** The short way, which connects at once. */
  open = (path, { to = this.server, ...options } = {}) => {
    const manager = new ManagerHandle(this.#program);
    const socket = new SocketHandle(manager, path);
    const complete = { transports: transports[this.mode ?? "websocket"], reconnection: false, ...options };
    this.#program.order({ do: "open", socket: socket.number, manager: manager.number, url: `http://${to.address}${path}`, options: complete });
    this.#managers.push(manager);
    this.#sockets.push(socket);
    return socket;
  };

  /** A relay to the server, or to `to`. */
  relay = (to = this.server) => this.keep(Relay.to(to));

  /** Anything with `abort()`, which is called when the test is over. */
  keep = (other) => {
    this.#others.push(other);
    return other;
  };

  /** A server that ends in the middle of an upgrade, or a client that does, is not what most tests are about. */
  async finish() {
    if (this.mode !== "upgrade") return;
    for (const socket of this.#sockets) await socket.until(({ transport }) => transport !== "polling", "the end of its upgrade");
  }

  async close() {
    for (const manager of this.#managers) manager.close();
    for (const other of this.#others) await (await other).abort();
  }
}

/** One program for all tests of a file. */
function running() {
  const program = new Program();
  before(() => program.start());
  after(() => program.kill());
  return program;
}

/** Tests without a server: each makes its own. */
export function alone() {
  const program = running();
  const scenario = (name, body, mode) => test(name, { timeout: 60_000 }, (t) => play(t, new World(program, undefined, mode), program, body));
  return { program, scenario, ...variants(scenario) };
}

/** Tests with a server for the whole file. */
export function serving(env = {}) {
  const program = running();
  // No ping between the lines, and no connection lost on a busy machine; who wants pings sets them.
  const server = new TestServer({ PING_INTERVAL: "25000", PING_TIMEOUT: "20000", CONNECT_TIMEOUT: "20000", ...env });
  before(() => server.start());
  after(() => server.kill());

  function scenario(name, body, mode) {
    test(name, { timeout: 60_000 }, async (t) => {
      if (!server.running) await server.start();
      const seen = server.output.length;
      try {
        await play(t, new World(program, server, mode), program, body);
        if (!server.running) throw new Error("the server is gone");
      } catch (error) {
        t.diagnostic(`the server said: ${server.output.slice(seen).join("\n") || "nothing"}`);
        throw error;
      }
    });
  }

  return { program, server, scenario, ...variants(scenario) };
}

async function play(t, world, program, body) {
  const seen = program.output.length;
  try {
    await body(world);
    await world.finish();
    if (!program.running) throw new Error("the client is gone");
  } catch (error) {
    t.diagnostic(`the client said: ${program.output.slice(seen).join("\n") || "nothing"}`);
    throw error;
  } finally {
    await world.close();
  }
}

function variants(scenario) {
  /** The same test over polling, over WebSocket, and while the one is upgraded to the other. */
  function overEachTransport(name, body) {
    for (const mode of modes) scenario(`${name} (${mode})`, body, mode);
  }

  /** What only JavaScript's client does, and what only ours does. */
  const onlyReference = (name, body) => isReference && scenario(name, body);
  const onlySalon = (name, body) => !isReference && scenario(name, body);
  return { overEachTransport, onlyReference, onlySalon };
}
