// Makes JSON for a schema: what it asks for, and the same with something wrong in it.
import type { Chance } from "@stepwright/test-parts";
import { hostileText, hostileValue } from "./hostile.ts";
import type { Schema } from "./operation.ts";

/** Values that are worth a try, by the name of a parameter or a field. */
export type Known = (name: string) => readonly string[];

/** Makes a value as the schema has it. */
export function valueFor(
  schema: Schema,
  o: { readonly chance: Chance; readonly known: Known; readonly name: string },
): unknown {
  const { chance, known, name } = o;
  if ("const" in schema) return schema["const"];
  if (Array.isArray(schema["enum"])) return chance.pick(schema["enum"] as readonly unknown[]);
  if (Array.isArray(schema["anyOf"])) return valueFor(chance.pick(schema["anyOf"] as readonly Schema[]), o);
  switch (schema["type"]) {
    case "object":
      return objectFor(schema, o);
    case "array": {
      const items = (schema["items"] ?? {}) as Schema;
      return Array.from({ length: chance.between(Number(schema["minItems"] ?? 0), 3) }, () => valueFor(items, o));
    }
    case "string": {
      const values = known(name);
      return values.length === 0 || chance.hits(0.1) ? `some ${name}` : chance.pick(values);
    }
    case "integer":
      return chance.between(0, 3);
    case "number":
      return chance.fraction();
    case "boolean":
      return chance.hits(0.5);
    case "null":
      return null;
    default:
      // Any JSON.
      return chance.pick<unknown>([1, "text", true, null, [1, 2], { a: { b: "c" } }]);
  }
}

function objectFor(schema: Schema, o: Parameters<typeof valueFor>[1]): unknown {
  const properties = (schema["properties"] ?? null) as Readonly<Record<string, Schema>> | null;
  if (properties === null) return { n: o.chance.between(0, 9), text: "some text" };
  const required = (schema["required"] ?? []) as readonly string[];
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => required.includes(name) || o.chance.hits(0.6))
      .map(([name, property]) => [name, valueFor(property, { ...o, name })]),
  );
}

/** Changes a value in one place. */
export function changed(chance: Chance, value: unknown): unknown {
  if (Array.isArray(value) && value.length > 0 && chance.hits(0.85)) return changedList(chance, value);
  if (typeof value === "object" && value !== null && chance.hits(0.85)) return changedObject(chance, value);
  if (typeof value === "string" && chance.hits(0.3)) return value + hostileText(chance);
  return hostileValue(chance);
}

function changedList(chance: Chance, list: readonly unknown[]): unknown {
  const at = chance.between(0, list.length - 1);
  return chance.pick<() => unknown>([
    () => list.toSpliced(at, 1),
    () => [...list, list[at]],
    () => list.toSpliced(at, 1, changed(chance, list[at])),
    () => list.toSpliced(at, 1, changed(chance, list[at])),
    () => Array.from({ length: 130 }, () => list[at]),
  ])();
}

function changedObject(chance: Chance, value: object): unknown {
  const entries = Object.entries(value);
  if (entries.length === 0) return { [hostileText(chance)]: hostileValue(chance) };
  const at = chance.between(0, entries.length - 1);
  const [key, item] = entries[at] ?? ["", null];
  const withEntry = (...put: [string, unknown][]) => Object.fromEntries(entries.toSpliced(at, 1, ...put));
  return chance.pick<() => unknown>([
    () => withEntry(),
    () => withEntry([key, changed(chance, item)]),
    () => withEntry([key, changed(chance, item)]),
    () => withEntry([key, [item]]),
    () => withEntry([key, { [key]: item }]),
    () => withEntry([key, item], [hostileText(chance), hostileValue(chance)]),
    () => withEntry([key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), item]),
  ])();
}
