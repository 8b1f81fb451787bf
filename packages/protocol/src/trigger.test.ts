import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eventPatternsFor, isEventPattern, isTriggerEventName } from "./trigger.ts";

describe("the names a trigger may carry to match an event", () => {
  it.each([
    ["app/user.created", ["app/user.created", "app/*", "app/user.*"]],
    ["api/v1/users", ["api/v1/users", "api/*", "api/v1/*"]],
    ["plain", ["plain"]],
    ["inngest/function.failed", ["inngest/function.failed", "inngest/*", "inngest/function.*"]],
  ])("of %s", (name, patterns) => {
    expect(eventPatternsFor(name)).toEqual(patterns);
  });

  it("are all names a trigger may have", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z][a-z0-9]{0,5}([/.][a-z0-9]{1,5}){0,4}$/), (name) => {
        for (const pattern of eventPatternsFor(name)) expect(isTriggerEventName(pattern)).toBe(true);
        expect(eventPatternsFor(name).slice(1).every(isEventPattern)).toBe(true);
      }),
    );
  });
});

describe("a trigger's event name", () => {
  it.each(["a", "app/user.created", "app/*", "app/user.*", "x".repeat(255)])("may be %s", (name) => {
    expect(isTriggerEventName(name)).toBe(true);
  });

  it.each(["", "*", "us*", "a/*/b", "a/**", "*/a", "x".repeat(256)])("may not be %j", (name) => {
    expect(isTriggerEventName(name)).toBe(false);
  });
});
