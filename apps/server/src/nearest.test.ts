import { expect, it } from "vitest";
import { nearest } from "./nearest.ts";

it("finds the name that was probably meant", () => {
  expect(nearest("prot", ["port", "host"])).toBe("port");
  expect(nearest("app-ulr", ["app-url", "data-dir"])).toBe("app-url");
  expect(nearest("something-else", ["port", "host"])).toBeNull();
});
