// In-band syncs: an app that registers in its answer to a sync (sdk-protocol.md §3.8). Go's SDK does so whenever a sync is signed.
import {
  headers,
  parseInBandSync,
  type ParsedRegister,
  tryParseJson,
  verifyResponseSignature,
} from "@stepwright/protocol";
import type { OutgoingResult } from "./ports.ts";
import type { Shell } from "./shell.ts";

/** What an answer to a sync says about a registration in it. */
export type InBandSync =
  /** It is none: the app registers by a request of its own, or not at all. */
  | { readonly kind: "none" }
  /** Whoever answered does not hold the key: its functions are not taken over. */
  | { readonly kind: "unsigned" }
  | ParsedRegister;

/** Reads an app's answer to a sync. */
export function readInBandSync(shell: Shell, answer: OutgoingResult): InBandSync {
  if (answer.kind === "failed" || answer.status !== 200 || answer.headers[headers.syncKind] !== "in_band")
    return { kind: "none" };
  if (!isSigned(shell, answer)) return { kind: "unsigned" };
  return parseInBandSync(tryParseJson(answer.body));
}

function isSigned(shell: Shell, answer: Extract<OutgoingResult, { kind: "response" }>): boolean {
  const { signingKey, signingKeyFallback } = shell.settings;
  if (signingKey === null) return true;
  return [signingKey, signingKeyFallback].some(
    (key) =>
      key !== null &&
      verifyResponseSignature({
        key,
        // Go's SDK signs before it writes the end of the line.
        body: answer.body.trimEnd(),
        header: answer.headers[headers.signature],
        nowSeconds: Math.floor(shell.ports.clock.wallNow() / 1000),
      }),
  );
}
