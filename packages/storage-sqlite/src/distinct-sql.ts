// Distinct values by an index.

/** Selects the distinct values of a column as `value`, stepping from one to the next through an index: its cost is their number, not that of rows. */
export function distinctSql(table: string, column: string, condition = "true"): string {
  return `WITH RECURSIVE distinct_values (value) AS (
  SELECT min(${column}) FROM ${table} WHERE ${condition}
  UNION ALL
  SELECT (SELECT min(${column}) FROM ${table} WHERE ${condition} AND ${column} > distinct_values.value) FROM distinct_values WHERE distinct_values.value IS NOT NULL
)
SELECT value FROM distinct_values WHERE value IS NOT NULL`;
}
