// The doctor: looks whether a database file is whole and what is stored agrees with itself. It takes no lock and writes nothing.
//
// It reads the file and not the storage contract: opening the store would lock the folder, migrate the data and begin a
// boot, none of which is for a copy or a live database; and half of the checks are about rows that the contract does not show.
import { statSync } from "node:fs";
import { SqliteError } from "better-sqlite3";
import { connect, type Connection, type NativeBinding } from "../connection.ts";
import { migrations } from "../migrations/migrate.ts";
import type { Check } from "./check.ts";
import { eventChecks } from "./event-checks.ts";
import { flowChecks } from "./flow-checks.ts";
import { runChecks } from "./run-checks.ts";
import { searchChecks } from "./search-checks.ts";
import { waitChecks } from "./wait-checks.ts";

/** What was found wrong: how often, and where. */
export interface Finding {
  readonly code: string;
  /** What was found, to be read after `count`. */
  readonly says: string;
  readonly advice: string;
  readonly count: number;
  /** The first ten. */
  readonly ids: readonly string[];
  /** True when the file itself is damaged or of an unknown version: it should not be used. */
  readonly isDamage: boolean;
}

/** What an examination found. */
export interface Examination {
  /** Number of the newest migration the data has seen, and of the newest one there is. */
  readonly schema: { readonly found: number; readonly newest: number };
  readonly bytes: number;
  readonly freeBytes: number;
  /** How many checks were made; fewer for data of an earlier schema. */
  readonly checks: number;
  readonly findings: readonly Finding[];
}

/** What to examine, and how. */
export interface ExamineOptions {
  /** Path of a database file. */
  readonly file: string;
  /** Looks at every entry of every index as well, which takes several times as long. */
  readonly isFull: boolean;
  readonly nativeBinding?: object | undefined;
  /** Told before each step what comes next. */
  readonly onProgress?: (step: { readonly number: number; readonly of: number; readonly name: string }) => void;
}

/** Every check, in the order in which they are made. */
const checks: readonly Check[] = [...runChecks, ...eventChecks, ...waitChecks, ...flowChecks, ...searchChecks];

const damages = {
  FILE_DAMAGED: {
    says: "places in which the file is damaged",
    advice: "Stop the server, keep the file, and restore the newest backup that is whole. Check the disk.",
  },
  SCHEMA_NEWER: {
    says: "newer schema than this version knows; nothing else was checked",
    advice: "Use the version of Stepwright that has written the data, or a newer one.",
  },
  SCHEMA_UNKNOWN: {
    says: "migrations that this version does not know",
    advice: "The data was written by another program or changed by hand: restore a backup.",
  },
} as const;

/** Everything that may be found, by its code. */
export const findingCodes: readonly Pick<Finding, "code" | "says">[] = [
  ...Object.entries(damages).map(([code, { says }]) => ({ code, says })),
  ...checks.map(({ code, says }) => ({ code, says })),
];

const newestSchema = migrations.at(-1)?.id ?? 0;
const idsMax = 10;
const cacheKiB = 32_768;

/**
 * Examines a database, live or not, as it is at one moment.
 *
 * Throws what SQLite throws when the file cannot be opened or is no database of ours.
 */
export function examineDatabase(options: ExamineOptions): Examination {
  try {
    return examineWhole(options);
  } catch (error) {
    // Damage where the tables are listed: not even the first question can be asked.
    if (!isCorrupt(error)) throw error;
    const { size } = statSync(options.file);
    const schema = { found: 0, newest: newestSchema };
    return { schema, bytes: size, freeBytes: 0, checks: 1, findings: [damage("FILE_DAMAGED", [error.message])] };
  }
}

function examineWhole({ file, isFull, nativeBinding, onProgress }: ExamineOptions): Examination {
  const db = openQuietly(file, nativeBinding);
  try {
    db.exec("BEGIN");
    const schema = { found: schemaOf(db), newest: newestSchema };
    const due = schema.found > schema.newest ? [] : checks.filter((check) => check.since <= schema.found);
    const of = due.length + 1;
    onProgress?.({ number: 1, of, name: isFull ? "integrity_check" : "quick_check" });
    const findings = [...schemaFindings(db, schema), ...integrityFindings(db, isFull)];
    // In a damaged file a query may fail anywhere, and what it says means nothing.
    if (!findings.some((finding) => finding.isDamage)) {
      for (const [index, check] of due.entries()) {
        onProgress?.({ number: index + 2, of, name: check.code });
        findings.push(...find(db, check));
      }
    }
    const pageSize = numberOf(db, "page_size");
    return {
      schema,
      bytes: numberOf(db, "page_count") * pageSize,
      freeBytes: numberOf(db, "freelist_count") * pageSize,
      checks: due.length + 1,
      findings,
    };
  } finally {
    db.close();
  }
}

/** A connection that cannot write; what it sorts goes to a temporary file, so that memory is bounded. */
function openQuietly(file: string, nativeBinding: NativeBinding): Connection {
  const db = connect(file, { readonly: true, fileMustExist: true, timeout: 5_000 }, nativeBinding);
  db.pragma(`cache_size = -${cacheKiB}`);
  db.pragma("temp_store = FILE");
  return db;
}

function schemaOf(db: Connection): number {
  return db.prepare<[], number>("SELECT coalesce(max(id), 0) FROM schema_migrations").pluck().get() ?? 0;
}

function schemaFindings(db: Connection, { found, newest }: Examination["schema"]): readonly Finding[] {
  if (found > newest) return [damage("SCHEMA_NEWER", [`schema ${found}`])];
  const applied = db
    .prepare<[], { id: number; name: string }>("SELECT id, name FROM schema_migrations ORDER BY id")
    .all();
  if (applied.length === 0) return [damage("SCHEMA_UNKNOWN", ["none"])];
  const strange = applied.filter((row, index) => row.id !== index + 1 || migrations[index]?.name !== row.name);
  return strange.length === 0
    ? []
    : [
        damage(
          "SCHEMA_UNKNOWN",
          strange.map(({ id, name }) => `${id} ${name}`),
        ),
      ];
}

function integrityFindings(db: Connection, isFull: boolean): readonly Finding[] {
  const rows = db.pragma(isFull ? "integrity_check(100)" : "quick_check(100)") as readonly Record<string, string>[];
  const problems = rows.flatMap((row) => Object.values(row)).filter((text) => text !== "ok");
  return problems.length === 0 ? [] : [damage("FILE_DAMAGED", problems)];
}

function isCorrupt(error: unknown): error is InstanceType<typeof SqliteError> {
  return error instanceof SqliteError && error.code.startsWith("SQLITE_CORRUPT");
}

function damage(code: keyof typeof damages, ids: readonly string[]): Finding {
  return { code, ...damages[code], count: ids.length, ids: ids.slice(0, idsMax), isDamage: true };
}

function find(db: Connection, { code, says, advice, sql }: Check): readonly Finding[] {
  const ids: string[] = [];
  let count = 0;
  for (const id of db.prepare<[], string | number>(sql).pluck().iterate()) {
    count += 1;
    if (ids.length < idsMax) ids.push(String(id));
  }
  return count === 0 ? [] : [{ code, says, advice, count, ids, isDamage: false }];
}

function numberOf(db: Connection, pragma: string): number {
  return Number(db.pragma(pragma, { simple: true }));
}
