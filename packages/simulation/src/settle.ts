// Letting the runtime do everything that it can do at this moment of virtual time.

/**
 * Resolves when nothing happens any more without time going on.
 *
 * The runtime waits for three things only: answers of its ports, its own promises, and the next turn of the event loop,
 * in which it commits. So when two turns in a row have reached no port, none will.
 */
export async function settle(activity: () => number): Promise<void> {
  let seen = activity();
  for (let quiet = 0; quiet < 2;) {
    await turn();
    const now = activity();
    quiet = now === seen ? quiet + 1 : 0;
    seen = now;
  }
}

/** Resolves in the next turn of the event loop: the runtime may be in the middle of something then. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
