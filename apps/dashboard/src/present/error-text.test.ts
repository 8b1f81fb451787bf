// Errors in words.
import { expect, test } from "vitest";
import { sampleError } from "../../test/sample-run.ts";
import { errorName, errorOfCause, errorText } from "./error-text.ts";

test("the class of an error is read from its stack when its name says nothing", () => {
  expect(errorName(sampleError("bad", { stack: "NonRetriableError: bad\n    at a.ts:1:1" }))).toBe("NonRetriableError");
  expect(errorName(sampleError("bad", { stack: "Note: other\n    at a.ts:1:1" }))).toBe("Error");
  expect(errorName(sampleError("bad", { name: "RangeError", stack: null }))).toBe("RangeError");
});

test("a cause that says more is part of the text", () => {
  const cause = { name: "Error", message: "connect ECONNREFUSED", stack: "Error: connect ECONNREFUSED" };
  expect(errorText(sampleError("fetch failed", { cause }))).toBe("fetch failed\nCaused by connect ECONNREFUSED");
  expect(errorText(sampleError("no: connect ECONNREFUSED", { cause }))).toBe("no: connect ECONNREFUSED");
});

test("a cause that is no error is left alone", () => {
  expect(errorOfCause("23505")).toBeNull();
  expect(errorText(sampleError("no", { cause: { code: 23505 } }))).toBe("no");
});
