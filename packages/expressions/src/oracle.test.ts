// Every expression of the reference evaluator's recorded answers.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openFrame } from "./frame.ts";
import { goText } from "./go-text.ts";
import { checkExpression, compile, evaluate, type Variables } from "./index.ts";

interface OracleCase {
  readonly expr: string;
  readonly data: Variables;
  readonly result: {
    readonly type?: string;
    readonly value?: unknown;
    readonly text?: string;
    readonly error?: string;
  };
  readonly registersOk?: boolean;
}

const cases: readonly OracleCase[] = readFileSync(new URL("../fixtures/cel-oracle.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));

/** The one answer that is not copied: the reference loses the escape when it lifts the literal out of the text. */
const escapedQuote = "event.data.a == 'it\\'s'";

describe("the reference's answers", () => {
  test("are all there", () => expect(cases).toHaveLength(171));

  test.each(cases.filter((each) => each.expr !== escapedQuote))("$expr with $data", ({ expr, data, result }) => {
    expect(answer(expr, data)).toEqual(result);
  });

  test("an escaped quote in a literal matches, unlike in the reference", () => {
    expect(answer(escapedQuote, { event: { data: { a: "it's" } } })).toEqual({ type: "bool", value: true });
  });

  test.each(cases.filter((each) => each.registersOk !== undefined))(
    "$expr registers: $registersOk",
    ({ expr, registersOk }) => {
      expect(checkExpression(expr, "trigger") === null).toBe(registersOk);
      expect(checkExpression(expr, "wait") === null).toBe(registersOk);
    },
  );
});

/** Puts our answer into the words of the recording. */
function answer(expr: string, data: Variables): OracleCase["result"] {
  const compiled = compile(expr);
  if (compiled.kind === "invalid") return { error: "error compiling expression" };
  const result = evaluate(compiled.expression, data, { now: Date.UTC(2026, 10, 23) });
  if (result.kind === "error") return { error: result.message };
  const { value } = result;
  if (value === null) return { type: "null" };
  if (typeof value === "bigint") return { type: "int", value: Number(value) };
  if (typeof value === "object") return { type: "list/map", text: goText(value, openFrame({}, 0)) ?? "" };
  return { type: typeof value === "number" ? "double" : typeof value === "boolean" ? "bool" : "string", value };
}
