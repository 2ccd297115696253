// A program that runs beside the test.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Lines } from "./lines.mjs";

const REPOSITORY = new URL("../../../", import.meta.url);

export class Program {
  #command;
  #process;
  #ended;

  /** Runs a shell command in a folder of the repository. */
  constructor(command, { folder = "", env = {} } = {}) {
    const cwd = fileURLToPath(new URL(folder, REPOSITORY));
    this.#command = command;
    // A group of its own gets the stop signal whole, whatever the command starts in turn.
    this.#process = spawn(command, { cwd, env: { ...process.env, ...env }, shell: true, detached: true });
    this.#ended = once(this.#process, "close");
    this.stdout = new Lines(`the output of \`${command}\``).read(this.#process.stdout);
    this.stderr = new Lines(`the log of \`${command}\``).read(this.#process.stderr);
  }

  /** Waits until the program says that it runs, and fails at once if it ends instead. */
  async saying(text, deadline) {
    const ended = this.#ended.then(([code]) => {
      const said = [...this.stdout.all, ...this.stderr.all].join("\n");
      throw new Error(`\`${this.#command}\` ended with code ${code}:\n${said}`);
    });
    await Promise.race([this.stdout.find(text, { deadline }), ended]);
    // From here on an end is what the test asks for.
    ended.catch(() => {});
  }

  async stop() {
    const running = this.#process.exitCode === null && this.#process.signalCode === null;
    if (running) process.kill(-this.#process.pid, "SIGTERM");
    await this.#ended;
  }
}
