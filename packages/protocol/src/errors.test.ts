import { describe, expect, it } from "vitest";
import { defineError } from "./define-error.ts";
import * as errors from "./errors.ts";

const { errorTable, StepwrightError } = errors;

describe("an error", () => {
  const tooLong = defineError("TOO_LONG", 400, "{name} has {bytes} bytes; use {max}");

  it("has its message filled in and the values as details", () => {
    const error = tooLong({ name: "x", bytes: 3, max: 2 }, { details: { hint: "cut" }, cause: new Error("inner") });
    expect(error).toBeInstanceOf(StepwrightError);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ code: "TOO_LONG", status: 400, retryable: false, message: "x has 3 bytes; use 2" });
    expect(error.details).toEqual({ name: "x", bytes: 3, max: 2, hint: "cut" });
    expect(error.cause).toEqual(new Error("inner"));
  });

  it("has no cause unless given one", () => {
    expect("cause" in tooLong({ name: "x", bytes: 3, max: 2 })).toBe(false);
  });

  it("shortens long values in the message, not in the details", () => {
    const name = "n".repeat(5000);
    const error = tooLong({ name, bytes: 5000, max: 2 });
    expect(error.message.length).toBeLessThan(300);
    expect(error.details["name"]).toBe(name);
  });

  it("has room for sentences where it was declared for them", () => {
    const reason = "r".repeat(5000);
    expect(errors.testRefused({ reason }).message).toContain(reason);
    expect(errors.testRefused({ reason: reason + reason }).message.length).toBeLessThan(9_000);
  });

  it("does not fill placeholders that come in with a value", () => {
    expect(tooLong({ name: "{max}", bytes: 1, max: 2 }).message).toBe("{max} has 1 bytes; use 2");
  });

  it("is retryable when it is the server's trouble, unless declared otherwise", () => {
    expect(errors.shuttingDown({}).retryable).toBe(true);
    expect(errors.dataFolderLocked({ folder: "/data" }).retryable).toBe(false);
    expect(errors.tooManyRequests({ seconds: 1 }).retryable).toBe(true);
  });
});

describe("the error table", () => {
  const declared = Object.values(errors).filter((value) => typeof value === "function" && "template" in value);

  it("lists every declared error once", () => {
    expect(new Set(errorTable)).toEqual(new Set(declared));
    expect(errorTable).toHaveLength(declared.length);
  });

  it.each(errorTable)("$code says something under a real status", ({ code, status, template }) => {
    expect(code).toMatch(/^[A-Z][A-Z_]+$|^[a-z][a-z_]+$/);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    expect(template).not.toMatch(/\.$/);
    expect(template.length).toBeGreaterThan(10);
  });

  it("uses a code twice only for the same thing under another status", () => {
    const seen = new Set<string>();
    for (const { code, status } of errorTable) {
      expect(seen).not.toContain(`${code} ${status}`);
      seen.add(`${code} ${status}`);
    }
  });
});
