// Every version of the client over every transport: what it does, and how it ends.
import { modes } from "./harness/client.mjs";
import { serving } from "./harness/scenario.mjs";
import { JavaScriptClient, versions } from "./matrix/javascript.mjs";
import { testMatrix } from "./matrix/matrix.mjs";
import * as tables from "./matrix/scenarios.mjs";

const quiet = serving({ ALLOW_EIO3: "1" });
const beating = serving({ ALLOW_EIO3: "1", PING_INTERVAL: "300", PING_TIMEOUT: "1000" });

// Salon does not speak protocol 3 yet.
const reference = (process.env.SALON_SERVER ?? "reference") === "reference";
const spoken = Object.keys(versions).filter((version) => reference || versions[version].protocol === 4);
const cells = spoken.flatMap((version) => modes.map((mode) => ({ version, mode })));

testMatrix(cells, (server, options) => JavaScriptClient.to(server, options), { quiet, beating }, tables);
