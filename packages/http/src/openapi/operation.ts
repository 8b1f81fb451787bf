// One operation of an API as its document describes it. Schemas are those that the routes read with, and those that a test
// holds the answers of a live server against.
import type { z } from "zod";

/** How a request of one method to one path is made, and what it brings. */
export interface Operation {
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  /** With parameters in braces. */
  readonly path: string;
  /** One sentence. */
  readonly summary: string;
  /** Parameters of the query: a schema, or what each is for. */
  readonly query?: z.ZodObject | Readonly<Record<string, string>>;
  readonly body?: z.ZodType;
  /** Answers by status, those of success and errors that bring more than that; null has no JSON in it. */
  readonly answers: Readonly<Record<number, z.ZodType | null>>;
  /** The shape of its errors. Default: that of the API. */
  readonly error?: z.ZodType;
  /** It answers 501. Default: no. */
  readonly isUnsupported?: boolean;
  /** What an answer without JSON is. Default: nothing. */
  readonly contentType?: string;
}

/** A described API. */
export interface ApiDescription {
  readonly title: string;
  readonly description: string;
  readonly operations: readonly Operation[];
  /** The shape of every error. */
  readonly error: z.ZodType;
}

/** Describes an operation that reads. */
export function get(path: string, summary: string, answer: z.ZodType, query?: Operation["query"]): Operation {
  return { method: "get", path, summary, answers: { 200: answer }, ...(query === undefined ? {} : { query }) };
}

/** Describes an operation that does something; an answer that is null is empty. */
export function post(path: string, summary: string, answer: z.ZodType | null, body?: z.ZodType): Operation {
  return { method: "post", path, summary, answers: { 200: answer }, ...(body === undefined ? {} : { body }) };
}

/** Describes routes that answer 501 for one reason each; `:name` and `*` are parameters. */
export function notImplemented(
  routes: readonly (readonly [url: string, methods: readonly string[], feature: string])[],
  prefix = "",
): readonly Operation[] {
  return routes.flatMap(([url, methods, feature]) =>
    methods.map((method) => ({
      method: method.toLowerCase() as Operation["method"],
      path: prefix + documentPath(url),
      summary: `Answers 501: ${feature} is not supported.`,
      answers: {},
      isUnsupported: true,
    })),
  );
}

/** The path of a route as documents write it. */
export function documentPath(url: string): string {
  return url.replace(/:(\w+)/g, "{$1}").replace(/\*$/, "{rest}");
}
