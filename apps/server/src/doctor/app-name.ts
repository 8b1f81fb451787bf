// Asks an app what it is called.
import { headers, isJsonObject, tryParseJson } from "@stepwright/protocol";
import { isGuarded, type Answer } from "./app-look.ts";

/** As `lookAtApp`: an app that answers slowly has answered already. */
const askMs = 15_000;

/**
 * Gives the name under which the app registers; null when it does not say.
 *
 * An SDK that was asked with its key says it of itself; one without keys says it where it is asked to register in its answer, which
 * registers it nowhere. (One that was told never to do so registers with its own server, as it does at every sync.)
 */
export async function askAppName(
  url: string,
  o: { readonly look: Answer; readonly signedLook: Answer | null; readonly signal: AbortSignal },
): Promise<string | null> {
  const told = o.signedLook?.body?.["app_id"];
  if (typeof told === "string") return told;
  if (isGuarded(o.look)) return null;
  try {
    const response = await fetch(url, {
      method: "PUT",
      headers: { "content-type": "application/json", [headers.syncKind]: "in_band", [headers.serverKind]: "dev" },
      body: JSON.stringify({ url }),
      signal: AbortSignal.any([o.signal, AbortSignal.timeout(askMs)]),
    });
    const body = tryParseJson(await response.text());
    const name = body !== undefined && isJsonObject(body) ? body["app_id"] : null;
    return typeof name === "string" ? name : null;
  } catch {
    // It went away meanwhile; what was seen before is told.
    return null;
  }
}
