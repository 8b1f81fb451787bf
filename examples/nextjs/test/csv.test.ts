// The CSV reader: quoting, line endings, missing columns, and that what was written comes back.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { MalformedCsv, parseCsv } from "../lib/csv.ts";

const cellsOf = (text: string): Record<string, string>[] => parseCsv(text, []).map(({ cells }) => cells);

test("rows carry the header's names, in lower case and without space around them", () => {
  expect(cellsOf(" A ,b\n1 , 2\n")).toEqual([{ a: "1", b: "2" }]);
});

test("a byte order mark, CRLF and empty lines are no data", () => {
  expect(cellsOf("\uFEFFa,b\r\n1,2\r\n\r\n3,4")).toEqual([
    { a: "1", b: "2" },
    { a: "3", b: "4" },
  ]);
});

test("quotes hold commas, line breaks and doubled quotes together", () => {
  expect(cellsOf('a,b\n"x, ""y""\nz",2')).toEqual([{ a: 'x, "y"\nz', b: "2" }]);
});

test("a row says on which line it begins, also after a line break inside quotes", () => {
  expect(parseCsv('a\n"1\n1"\n2', []).map(({ line }) => line)).toEqual([2, 4]);
});

test("missing cells are empty and surplus cells are dropped", () => {
  expect(cellsOf("a,b\n1\n1,2,3")).toEqual([
    { a: "1", b: "" },
    { a: "1", b: "2" },
  ]);
});

test("a missing column is named", () => {
  expect(() => parseCsv("a,b\n1,2", ["a", "email", "amount"])).toThrow(
    new MalformedCsv("the file has no column email, amount"),
  );
  expect(() => parseCsv("", ["a"])).toThrow(MalformedCsv);
});

test("a quote that never closes is named by its row", () => {
  expect(() => parseCsv('a\n1\n"2\n3', [])).toThrow("the quote in the row that begins on line 3 never closes");
});

test("whatever is written quoted comes back, but for the space around it", () => {
  const rowsOfCells = fc.array(fc.tuple(fc.string(), fc.string()), { minLength: 1 });
  fc.assert(
    fc.property(rowsOfCells, (rows) => {
      const quote = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
      const text = ["a,b", ...rows.map((row) => row.map(quote).join(","))].join("\n");
      expect(cellsOf(text)).toEqual(rows.map(([a, b]) => ({ a: a.trim(), b: b.trim() })));
    }),
  );
});
