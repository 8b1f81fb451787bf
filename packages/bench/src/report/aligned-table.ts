// Rows of cells as text with aligned columns: words to the left, numbers to the right.

/** The first row has the headings. A column is one of numbers when its last filled cell begins with a digit, `×` or `-`. */
export function alignedTable(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(...rows.map((row) => row.length));
  const shapes = Array.from({ length: columns }, (_, column) => {
    const cells = rows.map((row) => row[column] ?? "");
    const last = cells.slice(1).findLast((cell) => cell !== "") ?? "";
    return { width: Math.max(...cells.map((cell) => cell.length)), isNumber: column > 0 && /^(?:×|-?\d)/.test(last) };
  });
  return rows
    .map((row) =>
      shapes
        .map(({ width, isNumber }, column) => {
          const cell = row[column] ?? "";
          return isNumber ? cell.padStart(width) : cell.padEnd(width);
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
