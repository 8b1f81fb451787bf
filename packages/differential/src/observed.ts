// What a side hands over when its runs have ended: what it has stored, and what the app itself has seen.
import type { ApiRun, JsonValue } from "@stepwright/protocol";
import type { Ledger } from "./ledger.ts";

/** One scenario on one side. */
export interface Observed {
  readonly runs: readonly ApiRun[];
  /** Those that were received, from outside and from functions; not the engine's own. */
  readonly events: readonly { readonly name: string; readonly data: JsonValue }[];
  readonly ledger: Ledger;
}
