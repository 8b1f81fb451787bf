import { millis } from "@stepwright/protocol";
import { expect, it } from "vitest";
import { loginAddressesMax, loginFailuresMax, loginWindowMs } from "./limits.ts";
import { countLoginAttempts, type LoginAttempts } from "./login-attempts.ts";

const now = millis(1_000);

function fail(attempts: LoginAttempts, address: string, times: number): void {
  for (let time = 0; time < times; time++) attempts.failed(address, now);
}

it("makes an address wait after too many failures, until its window is over", () => {
  const attempts = countLoginAttempts();
  fail(attempts, "a", loginFailuresMax - 1);
  expect(attempts.waitMs("a", now)).toBe(0);
  fail(attempts, "a", 1);
  expect(attempts.waitMs("a", now)).toBe(loginWindowMs);
  expect(attempts.waitMs("b", now)).toBe(0);
  const later = millis(now + loginWindowMs);
  expect(attempts.waitMs("a", later)).toBe(0);
  attempts.failed("a", later);
  expect(attempts.waitMs("a", later)).toBe(0);
});

it("forgets the oldest address when there are too many", () => {
  const attempts = countLoginAttempts();
  fail(attempts, "first", loginFailuresMax);
  for (let other = 0; other < loginAddressesMax; other++) attempts.failed(`other-${other}`, now);
  expect(attempts.waitMs("first", now)).toBe(0);
});
