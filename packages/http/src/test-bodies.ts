// The bodies of `/api/test/*`, read into what `TestControls` take.
import { parseSpokenDuration, parseInstant } from "@stepwright/protocol";
import { z } from "zod";
import { anyJson } from "./any-json.ts";
import { testFunctionsMax, testNameCharsMax, testTimesMax } from "./limits.ts";
import type { FaultRule, StepStubRule } from "./test-controls.ts";

const msMax = 100 * 366 * 24 * 3_600_000;
const howLong = 'give a duration such as "3d", "1h30m" or "250ms", or milliseconds; a hundred years at most';
const when = "give a time such as 2026-01-31T09:00:00Z, or milliseconds since 1970";

/** Milliseconds, whole and upwards: a timer never fires early. */
const duration = z
  .union([z.number(), z.string().transform((text) => parseSpokenDuration(text) ?? Number.NaN)], howLong)
  .transform(Math.ceil)
  .refine((ms) => ms >= 0 && ms <= msMax, howLong);

/** Milliseconds since 1970. */
const instant = z
  .union([z.number(), z.string().transform((text) => parseInstant(text) ?? Number.NaN)], when)
  .refine((ms) => Number.isSafeInteger(ms) && ms >= 0 && ms < 8_640_000_000_000_000, when);

const name = (what: string) =>
  z
    .string(`send ${what}`)
    .min(1, "it is empty")
    .max(testNameCharsMax, `it has more than ${testNameCharsMax} characters`);
const functionName = () => name("the id of a function");
const times = () => {
  const message = `give a whole number from 1 to ${testTimesMax}`;
  return z.int(message).min(1, message).max(testTimesMax, message);
};
const share = () => {
  const message = "give a probability from 0 to 1";
  return z.number(message).min(0, message).max(1, message).default(0);
};

/** How far the clock is moved. */
export const advanceBody = z.strictObject({ by: duration });
/** What time it is to be. */
export const setBody = z.strictObject({ at: instant });
/** How far at most; without it, a year. */
export const idleBody = z.strictObject({ within: duration.optional() });

/** Which functions; none means all. */
export const functionsBody = z.strictObject({
  functions: z
    .array(functionName(), "send a list of ids of functions")
    .max(testFunctionsMax, `it has more than ${testFunctionsMax} functions`)
    .default([]),
});

/** Which functions, as a query. */
export const queueQuery = z.strictObject({
  functions: z
    .string()
    .transform((text) => text.split(",").filter((one) => one !== ""))
    .refine((all) => all.length <= testFunctionsMax, `it has more than ${testFunctionsMax} functions`)
    .default([]),
});

/** What a step does instead of what it does. */
export const stubBody = z
  .strictObject({
    function: functionName().nullable().default(null),
    step: name("the id of the step"),
    returns: anyJson.optional(),
    fails: z
      .strictObject({
        times: times().nullable().default(null),
        name: name("the name of the error").default("Error"),
        message: z.string("send the message of the error").max(10_000).default("the step fails as its stub says"),
        retriable: z.boolean("use true or false").default(true),
      })
      .optional(),
    takes: duration.optional(),
  })
  .refine(
    (stub) => stub.returns !== undefined || stub.fails !== undefined || stub.takes !== undefined,
    'say what the step does: "returns", "fails" or "takes"',
  )
  .transform(({ function: fn, step, returns, fails, takes }): StepStubRule => ({
    function: fn,
    step,
    ...(returns === undefined ? {} : { returns: { value: returns } }),
    ...(fails === undefined ? {} : { fails }),
    ...(takes === undefined ? {} : { takesMs: takes }),
  }));

const target = {
  function: functionName().nullable().default(null),
  step: name("the id of a step").nullable().default(null),
  times: times().default(1),
};
const statusText = "give an HTTP status from 200 to 599";

/** A fault between the engine and the apps. */
export const faultBody = z
  .discriminatedUnion(
    "kind",
    [
      z.strictObject({ kind: z.literal("drop"), ...target }),
      z.strictObject({ kind: z.literal("duplicate"), ...target }),
      z.strictObject({ kind: z.literal("delay"), by: duration, ...target }),
      z.strictObject({
        kind: z.literal("answer"),
        status: z.int(statusText).min(200, statusText).max(599, statusText),
        ...target,
      }),
    ],
    "use drop, duplicate, delay or answer",
  )
  .transform((fault): FaultRule => {
    const { kind, function: fn, step, times: count } = fault;
    const rule = { kind, function: fn, step, times: count };
    switch (fault.kind) {
      case "delay":
        return { ...rule, delayMs: fault.by };
      case "answer":
        return { ...rule, status: fault.status };
      default:
        return rule;
    }
  });

/** Faults by chance. */
export const randomFaultsBody = z.strictObject({
  drop: share(),
  duplicate: share(),
  delay: share(),
  seed: z.int("give a whole number").nullable().default(null),
});
