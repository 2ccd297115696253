// The demo's server, and its client in the terminal.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { Program } from "./program.mjs";

const COMMAND = process.env.DEMO_COMMAND ?? "cargo run --quiet --package demo --";

/** Cargo may have to compile the demo first. */
const START_DEADLINE_MS = 600_000;

export class Demo extends Program {
  /** Starts the demo, on a free port if none is named. */
  static async start({ port, options = "" } = {}) {
    const demo = new Demo(port ?? (await freePort()), options);
    await demo.saying("Server running", START_DEADLINE_MS);
    return demo;
  }

  /** Starts the demo, plays with it and stops it whatever happens; gives what the play does. */
  static async run(how, play) {
    const demo = await Demo.start(how);
    try {
      return await play(demo);
    } catch (error) {
      demo.stderr.all.forEach((line) => console.error(line));
      throw error;
    } finally {
      await demo.stop();
    }
  }

  constructor(port, options) {
    super(`${COMMAND} ${options}`.trim(), { env: { PORT: port } });
    this.port = port;
    this.url = `http://localhost:${port}`;
  }
}

/** The demo's client, which prints what a tab's console has. */
export class TerminalClient extends Program {
  /** Joins the server of this port, plays and stops whatever happens. */
  static async run(port, play) {
    const client = new TerminalClient(`${COMMAND} client`, { env: { PORT: port } });
    try {
      await play(client);
    } catch (error) {
      client.stderr.all.forEach((line) => console.error(line));
      throw error;
    } finally {
      await client.stop();
    }
  }

  /** Its output has these lines and no other. */
  async hears(lines) {
    assert.deepEqual(await this.stdout.count(lines.length), lines);
  }
}

async function freePort() {
  const server = createServer().listen(0);
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
