// Answers of an app in the words of a published SDK (sdk-protocol.md §10).
import type { AppHttpResponse } from "@stepwright/protocol";

/** How the SDK behaves. */
export interface SdkMode {
  readonly version: 1 | 2;
  readonly isCheckpointing: boolean;
}

/** An op as it is sent. */
export interface WireOp {
  readonly op: string;
  readonly id: string;
  readonly name?: string;
  readonly displayName?: string;
  readonly opts?: Readonly<Record<string, unknown>>;
  readonly data?: unknown;
  readonly error?: { readonly name: string; readonly message: string };
  readonly metadata?: readonly {
    readonly scope: "run" | "step";
    readonly kind: string;
    readonly op: "set" | "add";
    readonly values: Readonly<Record<string, unknown>>;
  }[];
}

/** The headers by which an answer is known to come from an SDK. */
export function sdkHeaders(mode: SdkMode): Record<string, string> {
  return {
    "content-type": "application/json",
    "x-inngest-sdk": "inngest-js:v4.24.0",
    "x-inngest-req-version": String(mode.version),
  };
}

/** An answer of ops. */
export function opsAnswer(mode: SdkMode, ops: readonly WireOp[]): AppHttpResponse {
  return { status: 206, headers: sdkHeaders(mode), body: JSON.stringify(ops) };
}

/** The answer of a function that threw. */
export function functionError(mode: SdkMode, error: { readonly isFinal: boolean }): AppHttpResponse {
  return {
    status: error.isFinal ? 400 : 500,
    headers: { ...sdkHeaders(mode), "x-inngest-no-retry": String(error.isFinal) },
    body: JSON.stringify({ name: "Error", message: error.isFinal ? "the function failed" : "a hiccup" }),
  };
}
