// A browser's tab with the demo in it: its console, its connections and what it shows.

import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Lines } from "./lines.mjs";

const ARTEFACTS = process.env.ARTEFACTS ?? fileURLToPath(new URL("../../../artefacts", import.meta.url));

export class Tab {
  /** The lines of the console that the page's socket wrote. */
  console = new Lines("the browser's console");
  /** Whatever else the console has, such as errors. */
  complaints = new Lines("the rest of the browser's console");
  /** What went over WebSocket, as `> sent` and `< received`. */
  frames = new Lines("the WebSocket's frames");
  /** The transport of each Socket.IO request over HTTP. */
  requests = [];

  static async open(context, url) {
    const tab = new Tab(await context.newPage());
    await tab.page.goto(url);
    return tab;
  }

  constructor(page) {
    this.page = page;
    page.on("console", (message) => this.#hear(message.text()));
    page.on("pageerror", (error) => this.#hear(String(error)));
    page.on("request", (request) => this.#note(new URL(request.url())));
    page.on("websocket", (socket) => {
      socket.on("framesent", ({ payload }) => this.frames.add(`> ${payload}`));
      socket.on("framereceived", ({ payload }) => this.frames.add(`< ${payload}`));
    });
  }

  /** What the page's list shows, written as the console has it. */
  shown() {
    return this.page.locator("#conversation li").evaluateAll((items) =>
      items.map(({ dataset, firstElementChild }) => {
        const speaker = dataset.from === "server" ? "Server: " : "";
        return `[socket.io] ${speaker}${firstElementChild.textContent}`;
      }),
    );
  }

  /** Waits until the page says this of its connection. */
  status(text) {
    return this.page.locator("#connection", { hasText: text }).waitFor();
  }

  async screenshot(name) {
    await mkdir(ARTEFACTS, { recursive: true });
    await this.page.screenshot({ path: `${ARTEFACTS}/${name}.png`, animations: "disabled" });
  }

  #hear(line) {
    const lines = line.startsWith("[socket.io]") ? this.console : this.complaints;
    lines.add(line);
  }

  #note(url) {
    if (url.pathname === "/socket.io/") this.requests.push(url.searchParams.get("transport"));
  }
}
