// A span as OpenTelemetry exports it, however it came over the wire.
import type { JsonObject } from "@stepwright/protocol";

/** A span. */
export interface OtlpSpan {
  /** Sixteen hexadecimal digits. */
  readonly id: string;
  /** Empty for none. */
  readonly parentId: string;
  readonly name: string;
  /** 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  readonly startedNs: bigint;
  readonly endedNs: bigint;
  readonly isError: boolean;
  readonly attributes: JsonObject;
  readonly resource: JsonObject;
  readonly scope: { readonly name: string; readonly version: string };
}

/** The spans of an export; `refused` counts those that were not read. */
export interface Export {
  readonly spans: readonly OtlpSpan[];
  readonly refused: number;
}

/** Spans of one export that are read: exporters send at most 512 unless they are told otherwise, and each takes some 20 µs. */
export const exportedSpansMax = 2_000;
/** Levels of lists and maps in an attribute; below them nothing is read. */
export const attributeDepthMax = 8;
