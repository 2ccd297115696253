/** Keeps a state that changes only by dispatched actions, and tells its subscribers. */
export function createStore(next, initial) {
  let state = initial;
  const subscribers = new Set();

  return {
    get state() {
      return state;
    },
    dispatch(action) {
      state = next(state, action);
      subscribers.forEach((tell) => tell(state));
    },
    /** Calls `tell` now and after each change, until the returned function is called. */
    subscribe(tell) {
      subscribers.add(tell);
      tell(state);
      return () => subscribers.delete(tell);
    },
  };
}
