import { initial, next } from "./conversation.js";
import { setUpSocket } from "./socket.js";
import { createStore } from "./store.js";
import { show } from "./view.js";

const store = createStore(next, initial);
let hide = show(store);
setUpSocket(store);

// A changed view takes over at once, and the conversation goes on.
import.meta.hot?.accept("./view.js", (view) => {
  hide();
  hide = view.show(store);
});
