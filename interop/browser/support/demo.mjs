// The demo's server.

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

  /** Starts the demo, plays with it and stops it whatever happens. */
  static async run(how, play) {
    const demo = await Demo.start(how);
    try {
      await play(demo);
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

async function freePort() {
  const server = createServer().listen(0);
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
