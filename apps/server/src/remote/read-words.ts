// Reads the words and flags of a command that acts on a running server.
import { type Flags, type FlagValues, type Mistake, readFlags } from "../arguments/read-flags.ts";

/** Where the server is, and how to answer. What is null was not said on the command line. */
export interface RemoteTarget {
  readonly server: string | null;
  readonly signingKey: string | null;
  /** True to print the server's answer as JSON. */
  readonly json: boolean;
}

/** What was read. */
export type ReadWords =
  | {
      readonly kind: "words";
      readonly words: readonly string[];
      readonly values: FlagValues;
      readonly target: RemoteTarget;
    }
  | { readonly kind: "help" }
  | Mistake;

const everyonesFlags = {
  server: { type: "string" },
  "signing-key": { type: "string" },
  json: { type: "boolean" },
} as const satisfies Flags;

/** Reads the arguments after `command`, which has these flags besides those that every such command has. */
export function readWords(command: string, args: readonly string[], own: Flags): ReadWords {
  const read = readFlags(command, args, { ...own, ...everyonesFlags });
  if (read.kind !== "flags") return read;
  const { words, values } = read;
  const target = {
    server: values.get("server") ?? null,
    signingKey: values.get("signing-key") ?? null,
    json: values.has("json"),
  };
  return { kind: "words", words, values, target };
}

/** What every such command says about its own flags. */
export const remoteFlagsHelp = `      --server URL
          Where the server is. Default: STEPWRIGHT_SERVER, or http://localhost:8288.
      --signing-key HEX
          The signing key of a server that has one. Default: STEPWRIGHT_SIGNING_KEY, or
          INNGEST_SIGNING_KEY.
      --json
          Print JSON, for scripts.
`;
