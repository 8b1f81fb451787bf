// Loads the code of a page. A server that is gone is waited for: the router would reload the whole page, and the reader would
// stand before an error of the browser that does not go away by itself.

const tryAgainMs = 1_000;

/** Loads, and once more when the server answers again. What fails even then is of another build, and the router reloads. */
export async function whenReachable<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch {
    while (!(await isReachable())) await new Promise((resolve) => setTimeout(resolve, tryAgainMs));
    return load();
  }
}

/** Whatever it answers, it is there. */
async function isReachable(): Promise<boolean> {
  return fetch("/health").then(
    () => true,
    () => false,
  );
}
