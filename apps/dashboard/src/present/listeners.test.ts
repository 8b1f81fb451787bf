// Who listens to an event.
import type { ApiTrigger } from "@stepwright/protocol";
import { expect, test } from "vitest";
import { listeners, noRunText, triggerNames } from "./listeners.ts";

const trigger = (event: string | null): ApiTrigger => ({
  kind: event === null ? "cron" : "event",
  event,
  expression: null,
  cron: event === null ? "0 9 * * MON" : null,
  timeZone: null,
  nextAt: null,
});
const functions = [
  { name: "welcome", slug: "shop-welcome", triggers: [trigger("user/signed-up")] },
  { name: "audit", slug: "shop-audit", triggers: [trigger("user/*"), trigger("user/signed-up")] },
  { name: "digest", slug: "shop-digest", triggers: [trigger(null)] },
];

test("names that start functions are listed once, without patterns", () => {
  expect(triggerNames(functions)).toEqual(["user/signed-up"]);
});

test("an event starts those that name it or match it", () => {
  expect(listeners("user/signed-up", functions).map((fn) => fn.name)).toEqual(["welcome", "audit"]);
  expect(listeners("user/deleted", functions).map((fn) => fn.name)).toEqual(["audit"]);
  expect(listeners("order/paid", functions)).toEqual([]);
});

test("an event without runs says why, unless what came of it says so already", () => {
  const event = { name: "user/deleted", matches: [], fates: [] };
  const fate = { functionSlug: "shop-audit", kind: "debouncing", text: "debounced", until: null } as const;
  const match = {
    runId: "01RUN",
    functionSlug: "shop-digest",
    status: "running",
    stepId: null,
    stepName: null,
  } as const;
  expect(noRunText(event, functions)).toMatch(/^This event started no run. audit listens to its name: /);
  expect(noRunText({ ...event, fates: [fate] }, functions)).toBe("This event has started no run.");
  expect(noRunText({ ...event, name: "order/paid" }, functions)).toMatch(/and no run waited for it\.$/);
  expect(noRunText({ ...event, name: "order/paid", matches: [match] }, functions)).toMatch(
    /no function listens to its name\.$/,
  );
});
