// Hot reload: the page's scripts come from the development server, its socket from the demo.

import { utimes } from "node:fs/promises";
import { test } from "node:test";
import { launch } from "./support/chromium.mjs";
import { Demo } from "./support/demo.mjs";
import { TAB_HEARS, hears } from "./support/greeting.mjs";
import { Program } from "./support/program.mjs";
import { Tab } from "./support/tab.mjs";

const VIEW = new URL("../../demo/page/src/view.js", import.meta.url);

test("a changed view takes over without a reload", async (t) => {
  const vite = new Program("npm run dev", { folder: "demo/page" });
  t.after(() => vite.stop());
  await vite.saying("ready in");
  const chromium = await launch();
  t.after(() => chromium.close());

  await Demo.run({ options: "--dev" }, async (demo) => {
    const tab = await Tab.open(chromium, demo.url);
    await hears(tab, TAB_HEARS);
    // Vite takes a file with a new time for a changed one.
    await utimes(VIEW, new Date(), new Date());
    await tab.complaints.find("[vite] hot updated: /src/view.js");
    await hears(tab, TAB_HEARS);
    await tab.screenshot("dev");
  });
});
