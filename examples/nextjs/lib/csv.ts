// Reads CSV text (RFC 4180: quoted cells, doubled quotes, line breaks inside quotes) into rows named by the header.

/** One data row: where it begins in the file (the header is line 1) and its cells by column name. */
export interface CsvRow {
  readonly line: number;
  readonly cells: Record<string, string>;
}

/** The text is no CSV file or lacks a column. Reading it again cannot help. */
export class MalformedCsv extends Error {
  override readonly name = "MalformedCsv";
}

/**
 * Parses CSV text with a header line and returns its rows; empty lines are left out.
 *
 * A row with fewer cells than the header has empty ones instead; surplus cells are dropped.
 * Throws `MalformedCsv` when a required column is missing or a quote never closes.
 */
export function parseCsv(text: string, requiredColumns: readonly string[]): CsvRow[] {
  const [header, ...rows] = splitRecords(text.replace(/^\uFEFF/, ""));
  const columns = (header?.cells ?? []).map((cell) => cell.trim().toLowerCase());
  const missing = requiredColumns.filter((column) => !columns.includes(column));
  if (missing.length > 0) throw new MalformedCsv(`the file has no column ${missing.join(", ")}`);
  return rows.map(({ line, cells }) => ({
    line,
    cells: Object.fromEntries(columns.map((column, index) => [column, (cells[index] ?? "").trim()])),
  }));
}

interface SplitRow {
  readonly line: number;
  readonly cells: string[];
}

// One pass over the characters: a regular expression per line cannot see that a line break lies inside quotes.
function splitRecords(text: string): SplitRow[] {
  const records: SplitRow[] = [];
  let cells: string[] = [];
  let cell = "";
  let isQuoted = false;
  let line = 1;
  let startLine = 1;

  const endRecord = (): void => {
    cells.push(cell);
    if (cells.length > 1 || cell.trim() !== "") records.push({ line: startLine, cells });
    cells = [];
    cell = "";
  };

  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === "\n") line += 1;
    if (isQuoted) {
      if (character !== '"') cell += character;
      else if (text.charAt(index + 1) === '"') {
        cell += '"';
        index += 1;
      } else isQuoted = false;
    } else if (character === '"' && cell === "") isQuoted = true;
    else if (character === ",") {
      cells.push(cell);
      cell = "";
    } else if (character === "\n") {
      endRecord();
      startLine = line;
    } else if (character !== "\r") cell += character;
  }
  if (isQuoted) throw new MalformedCsv(`the quote in the row that begins on line ${startLine} never closes`);
  endRecord();
  return records;
}
