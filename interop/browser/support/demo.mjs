// The demo's server as a program of its own.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { Lines } from "./lines.mjs";

const REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url));

const COMMAND = process.env.DEMO_COMMAND ?? "cargo run --quiet --package demo";

/** Cargo may have to compile the demo first. */
const START_DEADLINE_MS = 600_000;

export class Demo {
  #process;

  /** Starts the demo, on a free port if none is named. */
  static async start(port) {
    const demo = new Demo(port || (await freePort()));
    await demo.#running();
    return demo;
  }

  /** Starts the demo, plays with it and stops it whatever happens. */
  static async run(port, play) {
    const demo = await Demo.start(port);
    try {
      await play(demo);
    } catch (error) {
      demo.stderr.all.forEach((line) => console.error(line));
      throw error;
    } finally {
      await demo.stop();
    }
  }

  constructor(port) {
    this.port = port;
    this.url = `http://localhost:${port}`;
    const env = { ...process.env, PORT: port };
    // A group of its own gets the stop signal whole, whatever the command starts in turn.
    this.#process = spawn(COMMAND, { cwd: REPOSITORY, env, shell: true, detached: true });
    this.stdout = new Lines("the server's output").read(this.#process.stdout);
    this.stderr = new Lines("the server's log").read(this.#process.stderr);
  }

  async stop() {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, "close");
    process.kill(-this.#process.pid, "SIGTERM");
    await ended;
  }

  async #running() {
    const ended = once(this.#process, "close").then(([code]) => {
      throw new Error(`\`${COMMAND}\` ended with code ${code}:\n${this.stderr.all.join("\n")}`);
    });
    const started = this.stdout.find("Server running", { deadline: START_DEADLINE_MS });
    await Promise.race([started, ended]);
    // From here on an end is what the test asked for.
    ended.catch(() => {});
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
