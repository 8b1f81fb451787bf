// One listener per signal, whoever waits for it: a signal finds one of thousands of listeners by walking past the others.

interface Waiting {
  readonly acts: Set<() => void>;
  readonly listener: () => void;
}

const waiting = new WeakMap<AbortSignal, Waiting>();

/** Calls `act` when the signal aborts, at once if it has; the returned function takes it back. */
export function onAbort(signal: AbortSignal, act: () => void): () => void {
  if (signal.aborted) {
    act();
    return () => undefined;
  }
  const { acts } = waiting.get(signal) ?? listen(signal);
  acts.add(act);
  return () => leave(signal, act);
}

function listen(signal: AbortSignal): Waiting {
  const acts = new Set<() => void>();
  const one: Waiting = { acts, listener: () => acts.forEach((act) => act()) };
  waiting.set(signal, one);
  signal.addEventListener("abort", one.listener, { once: true });
  return one;
}

function leave(signal: AbortSignal, act: () => void): void {
  const one = waiting.get(signal);
  if (one === undefined) return;
  one.acts.delete(act);
  if (one.acts.size > 0) return;
  waiting.delete(signal);
  signal.removeEventListener("abort", one.listener);
}
