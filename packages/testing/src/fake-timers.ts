// Timers that a test has faked hold back the engine and the SDK, which need the real ones.

const real = { setTimeout, setImmediate };

const advice =
  'fake only the date (vitest: `vi.useFakeTimers({ toFake: ["Date"] })`; jest: `jest.useFakeTimers({ doNotFake: ["setTimeout", "setImmediate", "nextTick", "queueMicrotask"] })`), and let it follow the engine with `onTime: (date) => vi.setSystemTime(date)`';

/** Throws when timers that the engine needs are faked. */
export function refuseFakeTimers(): void {
  const faked = [
    ...(isFake(setTimeout, real.setTimeout) ? ["setTimeout"] : []),
    ...(isFake(setImmediate, real.setImmediate) ? ["setImmediate"] : []),
    ...(isFake(process.nextTick, null) ? ["nextTick"] : []),
  ];
  if (faked.length > 0)
    throw new Error(`the test has faked ${faked.join(", ")}, which the engine and the SDK need; ${advice}`);
}

/** The fakes of vitest and jest carry their clock. They may have been there before this file was loaded. */
function isFake(now: unknown, before: unknown): boolean {
  return (before !== null && now !== before) || (typeof now === "function" && "clock" in now);
}
