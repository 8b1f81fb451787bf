// Reads query parameters, path parameters and bodies through zod schemas; what is wrong becomes an error that says what is allowed.
import {
  asEventId,
  asRunId,
  bodyInvalid,
  filterInvalid,
  idInvalid,
  issueText,
  isUlid,
  millis,
  type EventId,
  type Millis,
  type RunId,
} from "@stepwright/protocol";
import { parseSearch, type SearchQuery } from "@stepwright/storage";
import { z } from "zod";
import { pageRowsDefault, pageRowsMax } from "./limits.ts";

/** Reads a query; throws FILTER_INVALID for the first parameter that is wrong or that nobody knows. */
export function readQuery<Schema extends z.ZodObject>(schema: Schema, query: unknown): z.output<Schema> {
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue?.code === "unrecognized_keys") {
    const reason = `it does not exist; use one of ${Object.keys(schema.shape).join(", ")}`;
    throw filterInvalid({ name: issue.keys.join(", "), reason });
  }
  throw filterInvalid({
    name: String(issue?.path[0] ?? "query"),
    reason: issue === undefined ? "unreadable" : issueText(issue),
  });
}

/** Reads a parsed JSON body; throws BODY_INVALID. */
export function readBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.join(".") ?? "";
  throw bodyInvalid({
    reason: `${path === "" ? "" : `"${path}": `}${issue === undefined ? "unreadable" : issueText(issue)}`,
  });
}

/** Reads a run id; throws ID_INVALID. */
export function readRunId(text: string): RunId {
  if (!isUlid(text)) throw idInvalid({ noun: "run", id: text });
  return asRunId(text);
}

/** Reads an internal event id; throws ID_INVALID. */
export function readEventId(text: string): EventId {
  if (!isUlid(text)) throw idInvalid({ noun: "event", id: text });
  return asEventId(text);
}

/** A time point as a query parameter. */
export const millisParameter = z
  .string()
  .regex(/^\d{1,15}$/, "it must be milliseconds since 1970, such as 1795469113390")
  .transform((text): Millis => millis(Number(text)));

/** A flag as a query parameter. */
export const flagParameter = z.enum(["true", "false"], "it must be true or false").transform((text) => text === "true");

/** What to search for, as people write it; nothing but spaces is no search. */
export const searchParameter = z.string().transform((text, context): SearchQuery | undefined => {
  if (text.trim() === "") return undefined;
  const parsed = parseSearch(text);
  if (parsed.kind === "query") return parsed.query;
  context.addIssue({ code: "custom", message: parsed.reason });
  return z.NEVER;
});

/** Tells whether a cursor is one of the lists that go by number. */
export function isNumber(cursor: string): boolean {
  return /^\d{1,15}$/.test(cursor);
}

/** A page size as a query parameter. */
export const limitParameter = z
  .string()
  .regex(/^\d{1,4}$/, `it must be a number from 1 to ${pageRowsMax}`)
  .transform(Number)
  .refine((rows) => rows >= 1 && rows <= pageRowsMax, `it must be a number from 1 to ${pageRowsMax}`)
  .default(pageRowsDefault);
