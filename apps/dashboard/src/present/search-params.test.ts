// Addresses can be typed by hand, and survive being read and written again.
import { describe, expect, test } from "vitest";
import { isFiltered, parseRunSearch, runsQuery, spanMs, toggleStatus, type RunSearch } from "./run-search.ts";
import { parseSearch, stringifySearch } from "./search-params.ts";

describe("search parameters", () => {
  test("commas, slashes and colons stay readable", () => {
    expect(stringifySearch({ status: ["failed", "running"], event: "user/created", step: "load:1" })).toBe(
      "?status=failed,running&event=user/created&step=load:1",
    );
  });

  test("nothing to say gives no question mark", () => {
    expect(stringifySearch({ fn: undefined, event: "", status: [] })).toBe("");
  });

  test("what would break an address is encoded and comes back as it was", () => {
    const text = stringifySearch({ fn: "a&b=c d#e+f" });
    expect(parseSearch(text)).toEqual({ fn: "a&b=c d#e+f" });
  });
});

describe("the filters of the runs list", () => {
  test("an address survives reading and writing", () => {
    const address = "?status=running,failed&fn=sync-crm&app=shop&event=order/paid&q=card%20declined&cursor=01J&last=1h";
    const search = parseRunSearch(parseSearch(address));
    expect(parseRunSearch(parseSearch(stringifySearch({ ...search })))).toEqual(search);
    expect(search.status).toEqual(["running", "failed"]);
  });

  test("unknown statuses and spans are left out instead of hiding everything", () => {
    expect(parseRunSearch({ status: "FAILED,failed,failed,", last: "yesterday", fn: "" })).toEqual({
      status: ["failed"],
    });
  });

  test("they become the query of the API", () => {
    const search: RunSearch = { status: ["failed", "running"], fn: "sync-crm", q: '"card declined"', last: "1h" };
    expect(runsQuery(search, 10_000_000)).toEqual({
      status: "failed,running",
      function: "sync-crm",
      search: '"card declined"',
      from: "6400000",
    });
  });

  test("a status is added in a fixed order, taken away again, and the place in the list is given up", () => {
    const one = toggleStatus({ status: ["failed"], cursor: "x" }, "queued");
    expect(one).toEqual({ status: ["queued", "failed"] });
    expect(toggleStatus(toggleStatus(one, "queued"), "failed")).toEqual({});
  });

  test("a place in the list is not a filter", () => {
    expect(isFiltered({ cursor: "x" })).toBe(false);
    expect(isFiltered({ last: "1h" })).toBe(true);
    expect(isFiltered({ q: "declined" })).toBe(true);
  });

  test.each([
    ["15m", 900_000],
    ["7d", 604_800_000],
    ["0m", null],
    ["1.5h", null],
    ["h", null],
  ])("the span %s is %s ms", (text, ms) => {
    expect(spanMs(text)).toBe(ms);
  });
});
