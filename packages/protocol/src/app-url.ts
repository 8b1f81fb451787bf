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
  const [before, after] = partsOf(registeredUrl);
  return before + (isPlain.test(stepId) ? stepId : encodeParameter(stepId)) + after;
}

// Every call of a function has the same URL but for the step: sorting its parameters anew would take 2.4 µs per call.
const parts = new Map<string, readonly [before: string, after: string]>();
/** More functions than anybody has, and no more memory than a few pages. */
const partsMax = 10_000;
const placeholder = "STEPID";
/** What a query holds as it is. */
const isPlain = /^[\w.*-]*$/;

function partsOf(registeredUrl: string): readonly [before: string, after: string] {
  const known = parts.get(registeredUrl);
  if (known !== undefined) return known;
  const url = new URL(registeredUrl);
  url.searchParams.set("stepId", placeholder);
  url.searchParams.sort();
  // The query begins at the first question mark; inside it only what separates parameters is not encoded.
  const query = url.href.indexOf("?");
  const at = query + url.href.slice(query).search(/[?&]stepId=/) + "?stepId=".length;
  const made = [url.href.slice(0, at), url.href.slice(at + placeholder.length)] as const;
  if (parts.size === partsMax) parts.clear();
  parts.set(registeredUrl, made);
  return made;
}

function encodeParameter(value: string): string {
  return new URLSearchParams([["", value]]).toString().slice(1);
}
