// The server under test, as a child process.
import { spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Inbox } from "./inbox.mjs";
import { within } from "./deadline.mjs";

const at = (file) => fileURLToPath(new URL(`../${file}`, import.meta.url));

/** The server that the tests run against; `python` keeps a part of the contract, for the tests of clients. */
export const chosen = process.env.SALON_SERVER ?? "reference";

function command() {
  if (chosen === "reference") return [process.execPath, [at("reference-server.mjs")]];
  if (chosen === "python") return [at("python/.venv/bin/python"), [at("python/server.py")]];
  return [path.resolve(chosen), []];
}

export class TestServer {
  #env;
  #child;
  #reasons = new Map();
  port = 0;
  ended = Promise.resolve();
  output = [];
  /** The refusals that the hooks of the server report. */
  refusals = new Inbox("refusal");

  constructor(env = {}) {
    this.#env = env;
  }

  get address() {
    return `127.0.0.1:${this.port}`;
  }

  get running() {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Starts it on a free port, or again on the port it had. */
  async start() {
    const [file, args] = command();
    const env = { ...process.env, ...this.#env, PORT: String(this.port) };
    const child = (this.#child = spawn(file, args, { env, stdio: ["pipe", "pipe", "pipe"] }));
    child.stdin.on("error", () => {});
    this.ended = new Promise((resolve) => child.once("close", resolve));
    const listening = new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, signal) => reject(new Error(`the server ended (${code ?? signal}) before it listened\n${this.output.join("\n")}`)));
      createInterface(child.stdout).on("line", (line) => this.#read(line, resolve));
    });
    createInterface(child.stderr).on("line", (line) => this.output.push(line));
    this.port = await within(listening, `the server to listen (${file})`, 15_000);
  }

  #read(line, listening) {
    this.output.push(line);
    const port = /^listening on 127\.0\.0\.1:(\d+)$/.exec(line)?.[1];
    if (port) return listening(Number(port));
    const [, id, reason] = /^disconnect (\S+) (.+)$/.exec(line) ?? [];
    if (id) this.#reasonsOf(id).put(reason);
    if (line.startsWith("refused ")) this.refusals.put(line.slice("refused ".length));
  }

  #reasonsOf(id) {
    if (!this.#reasons.has(id)) this.#reasons.set(id, new Inbox(`disconnect reason of ${id}`));
    return this.#reasons.get(id);
  }

  /** Why the server says it lost the socket with this id. */
  reason(id, ms) {
    return this.#reasonsOf(id).next(ms);
  }

  async #end(signal) {
    if (!this.running) return;
    this.#child.kill(signal);
    await within(this.ended, `the server to end after ${signal}`);
  }

  /** Ends it as an operator would. */
  shutDown() {
    return this.#end("SIGTERM");
  }

  /** Stops it in its tracks: its connections stay open and nobody answers. */
  freeze() {
    this.#child.kill("SIGSTOP");
  }

  thaw() {
    this.#child.kill("SIGCONT");
  }

  /** Ends it as a crash would. */
  kill() {
    return this.#end("SIGKILL");
  }
}
