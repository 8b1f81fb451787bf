// What a function sets itself.
import { expect, test } from "vitest";
import { ownConfig } from "./own-config.ts";

test("options left at nothing are left out, and so is what stands elsewhere", () => {
  const config = {
    name: "a",
    retries: 3,
    batch: null,
    cancel: [],
    nested: { startMs: null, finishMs: null },
    list: [{ limit: 2, key: null }],
    number: 0,
    concurrency: [{ limit: 2, key: null, scope: "fn" }],
  };
  expect(ownConfig(config)).toEqual({ list: [{ limit: 2, key: null }], number: 0 });
  expect(ownConfig(null)).toEqual({});
});
