// A property of the pause index: after any history it finds exactly what looking at every pause would find.
import type { NewPause } from "@stepwright/engine";
import type { IndexTerm } from "@stepwright/expressions";
import { asPauseId } from "@stepwright/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { term } from "./pauses.ts";
import { after, pause, runId } from "./samples.ts";
import { applied, type OpenStorage } from "./subject.ts";

// Few names, paths and values, so that pauses meet each other and the probes.
const eventNames = ["a", "b"] as const;
const terms = fc.record({
  path: fc.constantFrom("data.x", "data.y", "data.items[0].id"),
  value: fc.oneof(fc.integer({ min: 0, max: 2 }), fc.constantFrom("", "0", "long".repeat(60))),
});
const newPause = fc.record({
  eventName: fc.constantFrom(...eventNames),
  terms: fc.array(terms, { maxLength: 3 }),
  isSlow: fc.boolean(),
  expiresIn: fc.option(fc.integer({ min: 1, max: 4 })),
});
const action = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("open" as const), number: fc.nat(12), pause: newPause }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("close" as const), number: fc.nat(12) }) },
);
const query = fc.record({
  eventName: fc.constantFrom(...eventNames),
  probes: fc.array(terms, { maxLength: 3 }),
  now: fc.integer({ min: 0, max: 4 }),
  afterSeq: fc.nat(10),
  beforeSeq: fc.option(fc.nat(20)),
  limit: fc.integer({ min: 1, max: 12 }),
});

/** Describes the index by what it must be equal to. */
export function describePauseProperties(open: OpenStorage): void {
  describe("the pause index, whatever has happened to it,", () => {
    test("finds what a look at every pause would find", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(action, { maxLength: 30 }),
          fc.array(query, { minLength: 1, maxLength: 6 }),
          async (actions, queries) => {
            const { storage } = await open({ now: after(0) });
            try {
              for (const each of actions) {
                const id = asPauseId(`p${each.number}`);
                if (each.kind === "close") await applied(storage, { kind: "closePause", pauseId: id });
                else await applied(storage, { kind: "putPause", pause: { ...sampleOf(each.pause), id } });
              }
              const all = await storage.pauses.byRun(runId(1));
              for (const each of queries) {
                const probes = each.probes.map((found) => term(found.path, found.value));
                const paths = await storage.pauses.paths(each.eventName);
                const probed = await storage.pauses.probe({ ...each, paths, probes, now: after(each.now) });
                const scanned = all
                  .filter((stored) => stored.eventName === each.eventName && isHit(stored, probes))
                  .filter(
                    (stored) => stored.seq > each.afterSeq && (each.beforeSeq === null || stored.seq < each.beforeSeq),
                  )
                  .filter((stored) => stored.expiresAt === null || stored.expiresAt > after(each.now));
                expect(probed.pauses).toEqual(scanned.slice(0, each.limit));
                expect(new Set(paths)).toEqual(pathsOf(all.filter((stored) => stored.eventName === each.eventName)));
              }
            } finally {
              await storage.close();
            }
          },
        ),
        { numRuns: 60 },
      );
    });
  });
}

function sampleOf(made: {
  eventName: string;
  terms: { path: string; value: number | string }[];
  isSlow: boolean;
  expiresIn: number | null;
}): NewPause {
  return pause("p", {
    eventName: made.eventName,
    terms: made.terms.map((each) => term(each.path, each.value)),
    isSlow: made.isSlow,
    expiresAt: made.expiresIn === null ? null : after(made.expiresIn),
  });
}

function isHit(stored: NewPause, probes: readonly IndexTerm[]): boolean {
  if (stored.isSlow || stored.terms.length === 0) return true;
  return stored.terms.some((own) =>
    probes.some((other) => own.path === other.path && own.valueType === other.valueType && own.value === other.value),
  );
}

function pathsOf(pauses: readonly NewPause[]): ReadonlySet<string> {
  return new Set(pauses.flatMap((stored) => (stored.isSlow ? [] : stored.terms.map((each) => each.path))));
}
