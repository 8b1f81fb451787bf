import { describe, expect, it } from "vitest";
import { foreignStatusError, functionErrorJson, noAnswerReason, transportError } from "./function-error.ts";
import { asJsonText, isJsonObject, parseJsonText, type JsonText } from "./json.ts";

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

  it("tells from its stored form whether the app answered at all", () => {
    const reasonIn = (text: JsonText | null): string | null => {
      const value = text === null ? null : parseJsonText(text);
      return isJsonObject(value) ? noAnswerReason(value) : null;
    };
    expect(reasonIn(transportError({ code: "not_sdk", message: "no" }).raw)).toBe("not_sdk");
    expect(reasonIn(foreignStatusError({ status: 502, contentType: "text/html", body: "<h1>" }).raw)).toBe(
      "foreign_status",
    );
    expect(reasonIn(asJsonText('{"error":"invalid status code: 500","message":"boom","name":"Error"}'))).toBeNull();
    expect(reasonIn(asJsonText('{"message":"http_unreachable","name":"Error"}'))).toBeNull();
  });
});
