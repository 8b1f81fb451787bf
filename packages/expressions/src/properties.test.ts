// Two promises that hold for every expression: interpolating changes no answer, and the
// index never misses an event that matches.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compile, interpolate, matches, planIndex, readTerm, type IndexPlan, type Variables } from "./index.ts";
import { parse } from "./parse.ts";
import { print } from "./print.ts";

const now = Date.UTC(2026, 10, 23);
const scalar = fc.constantFrom<unknown>("x", "y", "", 0, -0, 1, 2, 2.5, true, false, null);
const value = fc.oneof(
  { weight: 6, arbitrary: scalar },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(["x", 1], [], { k: "x" }, [{ k: 1 }]) },
);

/** The trigger event has every field that expressions read; what a missing one becomes is a rule of its own. */
const triggerEvent = fc
  .record({
    a: value,
    b: value,
    l: fc.array(scalar, { minLength: 1, maxLength: 3 }),
    m: fc.record({ k: value, "my key": value }),
  })
  .map((data) => ({ name: "t", data }));
const incomingEvent = fc
  .record(
    {
      a: value,
      b: value,
      l: fc.oneof(fc.array(value, { maxLength: 3 }), value),
      m: fc.oneof(fc.record({ k: value, "my key": value }, { requiredKeys: [] }), value),
    },
    { requiredKeys: [] },
  )
  .map((data) => ({ name: "i", data }));

const literal = fc.constantFrom('"x"', "'y'", '""', "0", "-0.0", "1", "2", "1.0", "2.5", "1u", "true", "false", "null");
const asyncPath = fc.constantFrom(
  "async.data.a",
  "async.data.b",
  "async.data.l[0]",
  "async.data.l[1].k",
  "async.data.m.k",
  'async.data["m"]["my key"]',
  "async.data.l",
  "async.data.m",
  "async.name",
);
const eventPath = fc.constantFrom(
  "event.data.a",
  "event.data.b",
  "event.data.l[0]",
  "event.data.l",
  "event.data.m",
  "event.data.m.k",
  'event.data.m["my key"]',
  "event.name",
);

function expressionsOver(path: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const { condition } = fc.letrec<{ condition: string; operand: string }>((tie) => ({
    operand: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      path,
      literal,
      fc.tuple(tie("operand"), fc.constantFrom("+", "-", "*"), tie("operand")).map(([a, op, b]) => `(${a} ${op} ${b})`),
      fc.tuple(tie("condition"), tie("operand"), tie("operand")).map(([test, yes, no]) => `(${test} ? ${yes} : ${no})`),
      tie("condition").map((inner) => `(${inner})`),
      path.map((inner) => `size(${inner})`),
      fc.tuple(path, tie("operand")).map(([list, inner]) => `${list}.map(v, v == ${inner})`),
    ),
    condition: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      path,
      fc.tuple(path, literal).map(([a, b]) => `${a} == ${b}`),
      fc
        .tuple(tie("operand"), fc.constantFrom("==", "!=", "<", "<=", ">", ">="), tie("operand"))
        .map(([a, op, b]) => `${a} ${op} ${b}`),
      fc
        .tuple(path, fc.array(fc.oneof(literal, path), { maxLength: 3 }))
        .map(([a, items]) => `${a} in [${items.join(", ")}]`),
      fc.tuple(tie("operand"), path).map(([a, list]) => `${a} in ${list}`),
      fc.array(tie("condition"), { minLength: 2, maxLength: 3 }).map((parts) => `(${parts.join(" && ")})`),
      fc.array(tie("condition"), { minLength: 2, maxLength: 3 }).map((parts) => `(${parts.join(" || ")})`),
      fc
        .tuple(tie("condition"), tie("condition"), tie("condition"))
        .map(([test, yes, no]) => `(${test} ? ${yes} : ${no})`),
      tie("condition").map((inner) => `!(${inner})`),
      fc
        .tuple(fc.constantFrom("exists", "all"), path, tie("operand"))
        .map(([macro, list, inner]) => `${list}.${macro}(v, v == ${inner})`),
      fc.tuple(path, literal).map(([a, b]) => `${a}.startsWith(${b})`),
      literal,
    ),
  }));
  return condition;
}

describe("for every expression and event", () => {
  test("interpolating first gives the answer of a direct evaluation", () => {
    fc.assert(
      fc.property(
        expressionsOver(fc.oneof(asyncPath, eventPath)),
        triggerEvent,
        incomingEvent,
        (text, event, incoming) => {
          expect(answerAfterInterpolation(text, event, incoming)).toBe(answer(text, { event, async: incoming }));
        },
      ),
      { numRuns: 5000 },
    );
  });

  test("an incoming event that matches is found by the index", () => {
    fc.assert(
      fc.property(
        expressionsOver(fc.oneof({ weight: 3, arbitrary: asyncPath }, { weight: 1, arbitrary: eventPath })),
        triggerEvent,
        incomingEvent,
        (text, event, incoming) => {
          const interpolated = interpolate(text, event, { now, use: "wait" });
          if (interpolated.kind !== "expression" || !answer(interpolated.text, { async: incoming })) return;
          expect(isFound(planIndex(interpolated.text), incoming)).toBe(true);
        },
      ),
      { numRuns: 10_000 },
    );
  });

  test("an incoming event that matches is found without interpolation, too", () => {
    fc.assert(
      fc.property(expressionsOver(asyncPath), incomingEvent, (text, incoming) => {
        if (answer(text, { async: incoming })) expect(isFound(planIndex(text), incoming)).toBe(true);
      }),
      { numRuns: 10_000 },
    );
  });

  test("what is printed parses to the same tree", () => {
    fc.assert(
      fc.property(expressionsOver(fc.oneof(asyncPath, eventPath)), (text) => {
        const once = parse(text);
        if (once.kind === "invalid") throw new Error(once.message);
        const twice = parse(print(once.root));
        if (twice.kind === "invalid") throw new Error(twice.message);
        expect(withoutOffsets(twice.root)).toEqual(withoutOffsets(once.root));
      }),
      { numRuns: 2000 },
    );
  });
});

function answer(text: string, variables: Variables): boolean {
  const compiled = compile(text);
  if (compiled.kind === "invalid") throw new Error(`${text}: ${compiled.message}`);
  return matches(compiled.expression, variables, { now });
}

function answerAfterInterpolation(text: string, event: unknown, incoming: unknown): boolean {
  const interpolated = interpolate(text, event, { now, use: "wait" });
  if (interpolated.kind === "invalid") throw new Error(`${text}: ${interpolated.message}`);
  return interpolated.kind === "expression"
    ? answer(interpolated.text, { async: incoming })
    : interpolated.kind === "always";
}

function isFound(plan: IndexPlan, incoming: unknown): boolean {
  if (plan.kind !== "terms") return true;
  return plan.terms.some(({ path, valueType, value: wanted }) => {
    const probe = readTerm(path, incoming);
    return probe !== null && probe.valueType === valueType && probe.value === wanted;
  });
}

function withoutOffsets(tree: unknown): unknown {
  return JSON.parse(
    JSON.stringify(tree, (key, each: unknown) =>
      key === "at" ? undefined : typeof each === "bigint" ? `${each}n` : Object.is(each, -0) ? "-0" : each,
    ),
  );
}
