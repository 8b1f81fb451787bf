import type { ApiFunction } from "@stepwright/protocol";
import { expect, it } from "vitest";
import { functionsTable, queueText } from "./output.ts";

const at = Date.UTC(2026, 10, 26, 12, 30, 1, 250);
const fn: ApiFunction = {
  id: "1",
  slug: "shop-charge",
  name: "charge",
  appId: "app",
  appName: "shop",
  version: 1,
  pausedAt: null,
  pausedBy: [],
  retries: 3,
  triggers: [],
  config: null,
};
const waitFor = (obstacle: string, until: number | null) => ({
  text: `waiting for ${obstacle}`,
  obstacle,
  until,
  holders: [],
});
const trigger = { kind: "event", event: null, expression: null, cron: null, timeZone: null, nextAt: null } as const;

it("lists functions by id in columns, without blanks at the ends of lines", () => {
  const functions: ApiFunction[] = [
    {
      ...fn,
      slug: "shop-weekly",
      pausedAt: at,
      triggers: [{ ...trigger, kind: "cron", cron: "0 9 * * 1", timeZone: "UTC" }],
    },
    {
      ...fn,
      triggers: [
        { ...trigger, event: "card/charge" },
        { ...trigger, event: "card/retry" },
      ],
    },
    { ...fn, slug: "shop-none" },
  ];
  expect(functionsTable(functions)).toBe(
    [
      "FUNCTION     APP   STATE                              TRIGGERS",
      "shop-charge  shop  works                              card/charge, card/retry",
      "shop-none    shop  works",
      "shop-weekly  shop  paused since 2026-11-26T12:30:01Z  cron 0 9 * * 1 (UTC)",
      "",
    ].join("\n"),
  );
  expect(functionsTable([])).toBe("The server knows no function yet.\n");
});

it("tells a queue in a sentence, and what waits for what in a table", () => {
  const empty = { pausedAt: null, inFlight: 0, waiting: 0, future: 0, debounced: 0, batched: 0, lines: [] };
  expect(queueText("shop-charge", empty)).toBe("shop-charge: 0 in flight, 0 waiting, 0 later\n");
  const lines = [
    { keys: ["user-7"], waitsFor: waitFor("concurrency limit 1", null), count: 12 },
    { keys: [], waitsFor: waitFor("throttle", at), count: 1 },
  ];
  expect(queueText("shop-charge", { ...empty, debounced: 3, batched: 12 })).toBe(
    "shop-charge: 0 in flight, 0 waiting, 0 later, 3 debounced, 12 in batches\n",
  );
  expect(queueText("shop-charge", { ...empty, pausedAt: at, inFlight: 1, waiting: 13, future: 2, lines })).toBe(
    [
      "shop-charge: 1 in flight, 13 waiting, 2 later, paused since 2026-11-26T12:30:01Z",
      "",
      "CALLS  KEY     WHY",
      "12     user-7  waiting for concurrency limit 1",
      "1      -       waiting for throttle, next at 2026-11-26T12:30:01Z",
      "",
    ].join("\n"),
  );
});
