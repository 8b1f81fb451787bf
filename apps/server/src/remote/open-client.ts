// Finds the server that a command is meant for, and what the command ends with.
import { isSigningKey } from "@stepwright/protocol";
import type { RemoteTarget } from "./read-words.ts";
import { createServerClient, type ServerAnswer, type ServerClient, type ServerFailure } from "./server-client.ts";
import type { Environment } from "./terminal.ts";

/** How a command ends. */
export type RemoteOutcome =
  | {
      readonly kind: "done";
      readonly text: string;
      /** What is said beside it, in sentences. */
      readonly remarks?: readonly string[];
      /** Absent: 0. */
      readonly exitCode?: number;
    }
  /** A failure is one sentence. */
  | {
      readonly kind: "failed";
      readonly message: string;
      /** Absent: 1. */
      readonly exitCode?: number;
    };

/** A failure. */
export type RemoteFailure = Extract<RemoteOutcome, { kind: "failed" }>;

/** What the server said, and the same for people. */
export interface Said {
  readonly value: unknown;
  readonly text: string;
}

const serverDefault = "http://localhost:8288";

/** A client, and what it was made of. */
export interface OpenedClient {
  readonly kind: "client";
  readonly client: ServerClient;
  readonly signingKey: string | null;
}

/** Makes the client. What the command line does not say comes from the environment. */
export function openClient({ server, signingKey }: RemoteTarget, env: Environment): OpenedClient | RemoteFailure {
  const url = server ?? (env["STEPWRIGHT_SERVER"] || serverDefault);
  if (!/^https?:\/\/./.test(url) || !URL.canParse(url))
    return { kind: "failed", message: `"${url}" is not the URL of a server such as ${serverDefault}` };
  const key = signingKey ?? (env["STEPWRIGHT_SIGNING_KEY"] || env["INNGEST_SIGNING_KEY"] || null);
  if (key !== null && !isSigningKey(key))
    return { kind: "failed", message: "the signing key is not hexadecimal; give the one the server was started with" };
  return { kind: "client", client: createServerClient({ url, signingKey: key }), signingKey: key };
}

/** Adds to an answer what is told of it. */
export function said<T>(answer: ServerAnswer<T>, write: (value: T) => string): ServerAnswer<Said> {
  if (answer.kind === "failed") return answer;
  return { kind: "answer", value: { value: answer.value, text: write(answer.value) } };
}

/** Prints what was said. */
export function printed({ value, text }: Said, { json }: RemoteTarget): Extract<RemoteOutcome, { kind: "done" }> {
  return { kind: "done", text: json ? `${JSON.stringify(value)}\n` : text };
}

/** The end of a command that the server refuses. */
export function refused({ message }: ServerFailure | { readonly message: string }): RemoteFailure {
  return { kind: "failed", message };
}
