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
  /** Successful answers by status; null has no JSON in it. */
  readonly answers: Readonly<Record<number, z.ZodType | null>>;
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
    })),
  );
}

/** The path of a route as documents write it. */
export function documentPath(url: string): string {
  return url.replace(/:(\w+)/g, "{$1}").replace(/\*$/, "{rest}");
}
