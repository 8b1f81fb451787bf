// What a function sets itself.
import { expect, test } from "vitest";
import { ownConfig } from "./own-config.ts";

test("options left at nothing are left out, and so is what stands elsewhere", () => {
  const config = {
    name: "a",
    retries: 3,
    batch: null,
    cancel: [],
    timeouts: { startMs: null, finishMs: null },
    concurrency: [{ limit: 2, key: null }],
    runConcurrency: 0,
  };
  expect(ownConfig(config)).toEqual({ concurrency: [{ limit: 2, key: null }], runConcurrency: 0 });
  expect(ownConfig(null)).toEqual({});
});
