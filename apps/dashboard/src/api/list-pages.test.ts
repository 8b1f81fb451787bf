// Lists stay in place while they change.
import type { ApiRunStatus } from "@stepwright/protocol";
import { expect, test } from "vitest";
import { countNew, flatRows, pagesInRange, pagesWith, updateRows, type ListPages } from "./list-pages.ts";

interface Row {
  readonly id: string;
  readonly status: ApiRunStatus;
}

const idOf = (row: Row) => row.id;
const row = (id: string, status: ApiRunStatus = "running"): Row => ({ id, status });
const list: ListPages<Row> = {
  pages: [
    { items: [row("6"), row("5")], nextCursor: "5" },
    { items: [row("4"), row("3")], nextCursor: null },
  ],
  pageParams: [null, "5"],
};

test("rows come in order, each once", () => {
  const overlapping = {
    ...list,
    pages: [{ items: [row("6"), row("5"), row("4")], nextCursor: "4" }, ...list.pages.slice(1)],
  };
  expect(flatRows(overlapping, idOf).map(idOf)).toEqual(["6", "5", "4", "3"]);
  expect(flatRows(undefined, idOf)).toEqual([]);
});

test("fresh rows take the place of the old ones and add none", () => {
  const updated = updateRows(list, [row("7"), row("4", "failed")], idOf);
  expect(flatRows(updated, idOf).map(({ id, status }) => `${id} ${status}`)).toEqual([
    "6 running",
    "5 running",
    "4 failed",
    "3 running",
  ]);
});

test("new rows are counted up to the first known one", () => {
  expect(countNew(list, [row("8"), row("7"), row("6"), row("5")], idOf)).toBe(2);
  expect(countNew(list, [row("6")], idOf)).toBe(0);
  expect(countNew(list, [row("9"), row("8")], idOf)).toBe(2);
});

test("the pages of rows are found", () => {
  expect(pagesWith(list, ({ id }) => id === "3" || id === "9")).toEqual([1]);
});

test("the pages on the screen are found", () => {
  expect(pagesInRange(list, { start: 0, end: 1 })).toEqual([0]);
  expect(pagesInRange(list, { start: 1, end: 2 })).toEqual([0, 1]);
  expect(pagesInRange(list, { start: 3, end: 9 })).toEqual([1]);
});
