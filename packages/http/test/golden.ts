// Compares answers with captured ones of the API's other implementation: same status, same fields, same values up to ids and times.
import { readFileSync } from "node:fs";
import type { JsonValue } from "@stepwright/protocol";
import type { InjectOptions } from "fastify";

/** One captured exchange. */
export interface Golden {
  readonly request: {
    readonly method: NonNullable<InjectOptions["method"]>;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: JsonValue;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: JsonValue;
  };
}

/** Reads a captured exchange. */
export function golden(name: string): Golden {
  return JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), "utf8")) as Golden;
}

/** Turns the captured request into one that can be injected. */
export function requestOf({ request }: Golden): InjectOptions {
  const { method, path, headers, body } = request;
  const payload = typeof body === "string" ? body : JSON.stringify(body);
  return { method, url: path, headers: { host: "localhost:8288", ...headers }, ...(body === null ? {} : { payload }) };
}

/** Replaces what differs between any two runs: ids, times and the words of errors. */
export function comparable(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, key === "error" ? "<error>" : comparable(item)]),
    );
  }
  if (typeof value === "number") return value > 1e12 ? "<ms>" : value;
  if (typeof value !== "string") return value;
  if (/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(value)) return "<ulid>";
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)) return "<uuid>";
  return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? "<time>" : value;
}

/** Leaves out fields of an object. */
export function without(value: JsonValue, ...names: readonly string[]): JsonValue {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !names.includes(key)));
}
