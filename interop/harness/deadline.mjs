// Every wait has a deadline, and says what it waited for.
const USUAL = 15_000;

export function within(promise, what, ms = USUAL) {
  let timer;
  const late = new Promise((_, reject) => {
    const error = new Error(`waited ${ms} ms for ${what}`);
    timer = setTimeout(() => reject(error), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Resolves with the arguments of the next `event`. */
export function next(emitter, event, what = `the event "${event}"`, ms = USUAL) {
  return within(new Promise((resolve) => emitter.once(event, (...args) => resolve(args))), what, ms);
}
