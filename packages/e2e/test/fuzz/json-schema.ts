// Holds values against the JSON Schema of the documents. What it has no word for is an error, so that nothing passes unseen.
import type { Schema } from "./operation.ts";

/** Says what of a value is not as described; empty when all is. */
export function mismatches(schema: Schema, value: unknown, place = "$"): readonly string[] {
  return Object.entries(schema).flatMap(([keyword, rule]) => {
    const check = checks[keyword];
    if (check === undefined) throw new Error(`no word for "${keyword}" in a schema of ${place}`);
    return check({ rule, value, place, schema });
  });
}

interface Look {
  readonly rule: unknown;
  readonly value: unknown;
  readonly place: string;
  readonly schema: Schema;
}

type Check = (look: Look) => readonly string[];

const says =
  (holds: (value: never, rule: never) => boolean, applies: (value: unknown) => boolean = () => true): Check =>
  ({ rule, value, place }) =>
    !applies(value) || holds(value as never, rule as never)
      ? []
      : [`${place}: ${short(value)} is not as ${short(rule)} has it`];

const isText = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => typeof value === "number";
const nothing: Check = () => [];

const checks: Readonly<Record<string, Check>> = {
  description: nothing,
  default: nothing,
  format: nothing,
  propertyNames: nothing,
  type: says((value: unknown, type: string | readonly string[]) => [type].flat().some((one) => isOfType(value, one))),
  const: says((value: unknown, rule: unknown) => value === rule),
  enum: says((value: unknown, rule: readonly unknown[]) => rule.includes(value)),
  pattern: says((value: string, rule: string) => new RegExp(rule).test(value), isText),
  minLength: says((value: string, rule: number) => value.length >= rule, isText),
  maxLength: says((value: string, rule: number) => value.length <= rule, isText),
  minimum: says((value: number, rule: number) => value >= rule, isNumber),
  maximum: says((value: number, rule: number) => value <= rule, isNumber),
  minItems: says((value: readonly unknown[], rule: number) => value.length >= rule, Array.isArray),
  maxItems: says((value: readonly unknown[], rule: number) => value.length <= rule, Array.isArray),
  required: ({ rule, value, place }) =>
    isObject(value)
      ? (rule as readonly string[])
          .filter((key) => !Object.hasOwn(value, key))
          .map((key) => `${place}: "${key}" is missing`)
      : [],
  properties: ({ rule, value, place }) =>
    isObject(value)
      ? Object.entries(rule as Readonly<Record<string, Schema>>).flatMap(([key, schema]) =>
          Object.hasOwn(value, key) ? mismatches(schema, value[key], `${place}.${key}`) : [],
        )
      : [],
  additionalProperties: ({ rule, value, place, schema }) => {
    if (!isObject(value)) return [];
    const known = Object.keys(schema["properties"] ?? {});
    const others = Object.keys(value).filter((key) => !known.includes(key));
    if (rule === false) return others.map((key) => `${place}: "${key}" is not described`);
    return others.flatMap((key) => mismatches(rule as Schema, value[key], `${place}.${key}`));
  },
  items: ({ rule, value, place }) =>
    Array.isArray(value) ? value.flatMap((item, index) => mismatches(rule as Schema, item, `${place}[${index}]`)) : [],
  anyOf: ({ rule, value, place }) => {
    const all = (rule as readonly Schema[]).map((one) => mismatches(one, value, place));
    if (all.some((found) => found.length === 0)) return [];
    // What comes nearest tells most.
    return all.toSorted((a, b) => a.length - b.length)[0] ?? [];
  },
};

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return isObject(value);
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
