// Lets others go on: a search reads thousands of rows, and each read is done before its promise is given.

/** Resolves in a later turn of the event loop. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
