// What a migration is.

/** One step of the schema, forward only. */
export interface Migration {
  /** Rises by one; the same in every backend. */
  readonly id: number;
  readonly name: string;
  readonly sql: string;
}
