// The doctor: looks whether a database file is whole and what is stored agrees with itself. It takes no lock and writes nothing.
//
// It reads the file and not the storage contract: opening the store would lock the folder, migrate the data and begin a
// boot, none of which is for a copy or a live database; and half of the checks are about rows that the contract does not show.
import { statSync } from "node:fs";
import { SqliteError } from "better-sqlite3";
import { connect, type Connection, type NativeBinding } from "../connection.ts";
import { migrations } from "../migrations/migrate.ts";
import { cancellationChecks } from "./cancellation-checks.ts";
import type { Check } from "./check.ts";
import { eventChecks } from "./event-checks.ts";
import { flowChecks } from "./flow-checks.ts";
import { metadataChecks } from "./metadata-checks.ts";
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
const checks: readonly Check[] = [
  ...runChecks,
  ...eventChecks,
  ...waitChecks,
  ...flowChecks,
  ...searchChecks,
  ...cancellationChecks,
  ...metadataChecks,
];

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
  SCHEMA_INCOMPLETE: {
    says: "tables or indexes of the schema that are not there",
    advice: "The data was changed by hand, and a server cannot work with it: restore a backup.",
  },
} as const;

/** The index of words is made from what is stored, and can be made anew. */
const searchDamaged = {
  code: "SEARCH_DAMAGED",
  says: "places in which the index of words is damaged",
  advice: `Nothing but searches depends on it, but a server stops writing when it comes upon the place. Stop the server, copy the folder aside and have the index made anew: \`sqlite3 main.db "${[
    "insert into run_texts (run_texts) values ('delete-all')",
    "insert into event_texts (event_texts) values ('delete-all')",
    "delete from search_open_runs",
    "update search_progress set high = ifnull((select max(row) from runs), 0) where kind = 'runs'",
    "update search_progress set high = ifnull((select max(seq) from events), 0) where kind = 'events'",
    "update search_progress set low = high + 1",
  ].join("; ")}"\`. The server does the rest in the background.`,
} as const;

/** Everything that may be found, by its code. */
export const findingCodes: readonly Pick<Finding, "code" | "says">[] = [
  ...Object.entries(damages).map(([code, { says }]) => ({ code, says })),
  searchDamaged,
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
  const missing = missingFrom(db, found);
  if (missing.length > 0) return [damage("SCHEMA_INCOMPLETE", missing)];
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
  const [ofSearch, ofFile] = [problems.filter(isOfSearch), problems.filter((text) => !isOfSearch(text))];
  return [
    ...(ofFile.length === 0 ? [] : [damage("FILE_DAMAGED", ofFile)]),
    ...(ofSearch.length === 0 ? [] : [{ ...searchDamaged, ...counted(ofSearch), isDamage: false }]),
  ];
}

/** In the words of FTS5, which looks at its own tables when SQLite checks the file. */
function isOfSearch(problem: string): boolean {
  return /fts5/i.test(problem) && /(?:run|event)_texts/.test(problem);
}

/** What migrations up to this one have made and is not there. */
function missingFrom(db: Connection, schema: number): readonly string[] {
  const expected = new Set<string>();
  for (const { id, sql } of migrations) {
    if (id > schema) break;
    for (const [, change, name = ""] of sql.matchAll(schemaChanges))
      if (change === "DROP") expected.delete(name);
      else expected.add(name);
  }
  const names = new Set(db.prepare<[], string>("SELECT name FROM sqlite_schema").pluck().all());
  return [...expected].filter((name) => !names.has(name));
}

const schemaChanges = /^(CREATE|DROP) (?:VIRTUAL TABLE|TABLE|UNIQUE INDEX|INDEX) (\w+)/gm;

function isCorrupt(error: unknown): error is InstanceType<typeof SqliteError> {
  return error instanceof SqliteError && error.code.startsWith("SQLITE_CORRUPT");
}

function damage(code: keyof typeof damages, ids: readonly string[]): Finding {
  return { code, ...damages[code], ...counted(ids), isDamage: true };
}

function counted(ids: readonly string[]): Pick<Finding, "count" | "ids"> {
  return { count: ids.length, ids: ids.slice(0, idsMax) };
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
