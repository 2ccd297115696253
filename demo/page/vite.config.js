import { existsSync } from "node:fs";
import { defineConfig } from "vite";

const events = new URL("src/generated/events.js", import.meta.url);
if (!existsSync(events)) {
  throw new Error("The event names are missing: run `cargo demo`, which writes them to src/generated/events.js.");
}

export default defineConfig({
  // The server makes the page, so Vite looks after its scripts and styles only.
  appType: "custom",
  publicDir: false,
  server: {
    port: 7000,
    strictPort: true,
    // Vite lets pages of other ports on this machine load its scripts; addresses inside the
    // scripts have to name this port, because the page comes from another.
    origin: "http://localhost:7000",
  },
  build: {
    outDir: "../dist",
    emptyOutDir: true,
    rolldownOptions: {
      input: { app: "src/main.js", style: "src/style.css" },
      // The server's page names these files, so their names must not change.
      output: { entryFileNames: "js/[name].js", assetFileNames: "css/app.[ext]" },
    },
  },
});
