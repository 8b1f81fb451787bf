// What the fuzzer knows of an endpoint: how it is asked, and what it may answer.

/** A JSON Schema, as the served documents have it. */
export interface Schema {
  readonly [keyword: string]: unknown;
}

/** What an answer of one status is; a null schema has no JSON in it. */
export interface DescribedAnswer {
  readonly contentType: string | null;
  readonly schema: Schema | null;
}

/** One endpoint. */
export interface FuzzOperation {
  readonly method: string;
  /** With parameters in braces. */
  readonly path: string;
  readonly query: readonly string[];
  /** Null when it takes none. */
  readonly body: Schema | null;
  readonly answers: ReadonlyMap<number, DescribedAnswer>;
  /** The shape of every error without a description of its own. */
  readonly error: Schema;
  /** Where a server with keys looks for one. */
  readonly keyIn: "header" | "path" | "nowhere";
}

/** `GET /v1/runs/{runId}`. */
export function nameOf({ method, path }: Pick<FuzzOperation, "method" | "path">): string {
  return `${method} ${path}`;
}
