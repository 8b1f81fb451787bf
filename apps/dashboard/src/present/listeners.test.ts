// Who listens to an event.
import type { ApiTrigger } from "@stepwright/protocol";
import { expect, test } from "vitest";
import { listeners, triggerNames } from "./listeners.ts";

const trigger = (event: string | null): ApiTrigger => ({
  kind: event === null ? "cron" : "event",
  event,
  expression: null,
  cron: event === null ? "0 9 * * MON" : null,
  timeZone: null,
  nextAt: null,
});
const functions = [
  { name: "welcome", triggers: [trigger("user/signed-up")] },
  { name: "audit", triggers: [trigger("user/*"), trigger("user/signed-up")] },
  { name: "digest", triggers: [trigger(null)] },
];

test("names that start functions are listed once, without patterns", () => {
  expect(triggerNames(functions)).toEqual(["user/signed-up"]);
});

test("an event starts those that name it or match it", () => {
  expect(listeners("user/signed-up", functions).map((fn) => fn.name)).toEqual(["welcome", "audit"]);
  expect(listeners("user/deleted", functions).map((fn) => fn.name)).toEqual(["audit"]);
  expect(listeners("order/paid", functions)).toEqual([]);
});
