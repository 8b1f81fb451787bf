import { describe, expect, it } from "vitest";
import { functionErrorJson, transportError } from "./function-error.ts";
import { asJsonText } from "./json.ts";

describe("a function's error", () => {
  it("is told to others without its raw form", () => {
    const error = {
      error: "NonRetriableError",
      name: "TypeError",
      message: 'say "x"',
      stack: "s",
      cause: asJsonText('{"name":"Error"}'),
      raw: asJsonText("{}"),
    };
    expect(functionErrorJson(error)).toBe(
      '{"cause":{"name":"Error"},"error":"NonRetriableError","message":"say \\"x\\"","name":"TypeError","stack":"s"}',
    );
    expect(functionErrorJson({ ...error, stack: null, cause: null })).toBe(
      '{"error":"NonRetriableError","message":"say \\"x\\"","name":"TypeError"}',
    );
  });

  it("of an attempt without an answer carries itself as the result", () => {
    expect(transportError({ code: "http_unreachable", message: "Unable to reach SDK URL" })).toEqual({
      error: "http_unreachable",
      name: "Error",
      message: "Unable to reach SDK URL",
      stack: null,
      cause: null,
      raw: '{"error":"http_unreachable","message":"Unable to reach SDK URL","name":"Error"}',
    });
  });
});
