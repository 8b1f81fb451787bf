// App URLs: one spelling for one app, and the URL a step is called at.
import { appUrlInvalid } from "./errors.ts";

// Added to the URL by SDKs and the engine themselves.
const internalParameters = ["fnId", "stepId", "deployId"];
const loopbackHosts: ReadonlySet<string> = new Set(["127.0.0.1", "0.0.0.0", "[::1]"]);

/**
 * Brings an app's URL into the one form apps are compared by.
 *
 * `http://` is added when there is no scheme, default ports and internal query parameters go, and every spelling of
 * this machine becomes `localhost`. Throws `appUrlInvalid` for text that is no URL.
 */
export function normalizeAppUrl(url: string): string {
  const text = url.trim();
  const absolute = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const parsed = URL.parse(absolute);
  if (parsed === null) throw appUrlInvalid({ url });
  if (loopbackHosts.has(parsed.hostname)) parsed.hostname = "localhost";
  for (const name of internalParameters) {
    // Deleting rewrites the whole query; one without our parameters stays as its app wrote it.
    if (parsed.searchParams.has(name)) parsed.searchParams.delete(name);
  }
  const isBareHost = parsed.pathname === "/" && parsed.search === "" && !absolute.endsWith("/");
  return isBareHost ? parsed.href.slice(0, -1) : parsed.href;
}

/** Tells whether text is a URL that calls can be sent to; one without a scheme counts as http. */
export function isAppUrl(url: string): boolean {
  try {
    return /^https?:/.test(normalizeAppUrl(url));
  } catch {
    // The only thing that is thrown says that it is none.
    return false;
  }
}

/** Gives the URL of one call: the registered one, with the step to run and its parameters in alphabetical order. */
export function callUrl(registeredUrl: string, stepId: string): string {
  const url = new URL(registeredUrl);
  url.searchParams.set("stepId", stepId);
  url.searchParams.sort();
  return url.href;
}
