// Apps and functions, with every configuration a function has had.
import type { App, AppProblem, FunctionRecord } from "@stepwright/engine";
import {
  type AppId,
  asAppId,
  asFunctionId,
  type FunctionConfig,
  type FunctionId,
  functionUnreadable,
  type Millis,
  millis,
} from "@stepwright/protocol";
import type { RegistrySnapshot } from "@stepwright/storage";
import type { Connection } from "./connection.ts";
import type { Counters } from "./counters.ts";
import { readObject } from "./read-json.ts";
import { timeOrNull } from "./time-or-null.ts";

const putAppSql = `INSERT INTO apps (id, name, url, sdk, framework, app_version, env, checksum, status, problem, created_at, synced_at, tried_at, paused_at, removed_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, url = excluded.url, sdk = excluded.sdk, framework = excluded.framework,
  app_version = excluded.app_version, env = excluded.env, checksum = excluded.checksum, status = excluded.status, problem = excluded.problem,
  created_at = excluded.created_at, synced_at = excluded.synced_at, tried_at = excluded.tried_at,
  paused_at = excluded.paused_at, removed_at = NULL`;
const removeAppSql = "UPDATE apps SET removed_at = ? WHERE id = ?";
const putFunctionSql = `INSERT INTO functions (id, app_id, slug, version, config, created_at, updated_at, archived_at, paused_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET app_id = excluded.app_id, slug = excluded.slug, version = excluded.version, config = excluded.config,
  created_at = excluded.created_at, updated_at = excluded.updated_at, archived_at = excluded.archived_at,
  paused_at = excluded.paused_at`;
const putVersionSql = `INSERT INTO function_versions (function_id, version, config, created_at) VALUES (?, ?, ?, ?)
ON CONFLICT (function_id, version) DO UPDATE SET config = excluded.config, created_at = excluded.created_at`;
const archiveFunctionSql = "UPDATE functions SET archived_at = ? WHERE id = ?";
const appsSql = "SELECT * FROM apps WHERE removed_at IS NULL ORDER BY created_at, id";
const functionsSql = "SELECT * FROM functions WHERE archived_at IS NULL ORDER BY id";

const functionByIdSql = "SELECT * FROM functions WHERE id = ?";

const archivedSql = `SELECT * FROM functions WHERE app_id = +? AND slug = +? AND archived_at IS NOT NULL
ORDER BY archived_at DESC LIMIT 1`;

const versionCounter = "registry.version";

interface AppRow {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly sdk: string | null;
  readonly framework: string | null;
  readonly app_version: string | null;
  readonly env: string | null;
  readonly checksum: string | null;
  readonly status: App["status"];
  readonly problem: string | null;
  readonly created_at: number;
  readonly synced_at: number | null;
  readonly tried_at: number | null;
  readonly paused_at: number | null;
}

interface FunctionRow {
  readonly id: string;
  readonly app_id: string;
  readonly slug: string;
  readonly version: number;
  readonly config: string;
  readonly created_at: number;
  readonly updated_at: number;
  readonly archived_at: number | null;
  readonly paused_at: number | null;
}

/** Writes apps and functions; each write raises the registry's version. */
export interface RegistryWrites {
  /** Adds or overwrites an app; one that was removed is back. */
  putApp(app: App): void;
  removeApp(appId: AppId, at: Millis): void;
  putFunction(fn: FunctionRecord): void;
  archiveFunction(functionId: FunctionId, at: Millis): void;
}

/** Prepares the writes of the registry. */
export function registryWrites(db: Connection, counters: Counters): RegistryWrites {
  const putApp = db.prepare(putAppSql);
  const removeApp = db.prepare(removeAppSql);
  const putFunction = db.prepare(putFunctionSql);
  const putVersion = db.prepare(putVersionSql);
  const archiveFunction = db.prepare(archiveFunctionSql);
  const raiseVersion = (): void => counters.add(versionCounter, 1);
  return {
    putApp(app) {
      putApp.run(
        app.id,
        app.name,
        app.url,
        app.sdk,
        app.framework,
        app.appVersion,
        app.env ?? null,
        app.checksum,
        app.status,
        app.problem === null ? null : JSON.stringify(app.problem),
        app.createdAt,
        app.syncedAt,
        app.triedAt,
        app.pausedAt,
      );
      raiseVersion();
    },
    removeApp(appId, at) {
      removeApp.run(at, appId);
      raiseVersion();
    },
    putFunction(fn) {
      const config = JSON.stringify(fn.config);
      putFunction.run(
        fn.id,
        fn.appId,
        fn.slug,
        fn.version,
        config,
        fn.createdAt,
        fn.updatedAt,
        fn.archivedAt,
        fn.pausedAt,
      );
      putVersion.run(fn.id, fn.version, config, fn.updatedAt);
      raiseVersion();
    },
    archiveFunction(functionId, at) {
      archiveFunction.run(at, functionId);
      raiseVersion();
    },
  };
}

/** The version of apps and functions as the transaction sees it. */
export function registryVersion(counters: Counters): number {
  return counters.get(versionCounter);
}

/** Reads apps and functions. */
export interface RegistryGets {
  /** Everything that is live. */
  load(): RegistrySnapshot;
  /** A function, archived or not. */
  functionById(id: FunctionId): FunctionRecord | null;
  archivedFunction(appId: AppId, slug: string): FunctionRecord | null;
}

/** Prepares the reads of the registry. */
export function registryReads(db: Connection, counters: Counters): RegistryGets {
  const apps = db.prepare<[], AppRow>(appsSql);
  const functions = db.prepare<[], FunctionRow>(functionsSql);
  const functionById = db.prepare<[string], FunctionRow>(functionByIdSql);
  const archived = db.prepare<[string, string], FunctionRow>(archivedSql);
  return {
    load() {
      const rows = functions.all();
      const readable = rows.flatMap((row) => functionFromRow(row) ?? []);
      const unreadable = rows.filter((row) => configFromText(row.config) === null);
      return {
        version: registryVersion(counters),
        apps: apps.all().map((row) => withDamage(appFromRow(row), unreadable)),
        functions: readable,
      };
    },
    functionById(id) {
      const row = functionById.get(id);
      if (row === undefined) return null;
      const fn = functionFromRow(row);
      if (fn === null) throw functionUnreadable({ functions: row.slug });
      return fn;
    },
    archivedFunction(appId, slug) {
      const row = archived.get(appId, slug);
      return row === undefined ? null : functionFromRow(row);
    },
  };
}

function appFromRow(row: AppRow): App {
  return {
    id: asAppId(row.id),
    name: row.name,
    url: row.url,
    sdk: row.sdk,
    framework: row.framework,
    appVersion: row.app_version,
    ...(row.env === null ? {} : { env: row.env }),
    checksum: row.checksum,
    status: row.status,
    problem: row.problem === null ? null : (readObject(row.problem) as AppProblem | null),
    createdAt: millis(row.created_at),
    syncedAt: timeOrNull(row.synced_at),
    triedAt: timeOrNull(row.tried_at),
    pausedAt: timeOrNull(row.paused_at),
  };
}

/**
 * An app with functions that cannot be read says so. It counts as registered with something else than what it will register
 * with next, which then brings them back.
 */
function withDamage(app: App, unreadable: readonly FunctionRow[]): App {
  const slugs = unreadable.filter((row) => row.app_id === app.id).map((row) => row.slug);
  if (slugs.length === 0) return app;
  const { code, message } = functionUnreadable({ functions: slugs.join(", ") });
  return { ...app, checksum: "", status: "failed", problem: { code, message, httpStatus: null, bodyExcerpt: null } };
}

/** Reads a configuration; null when it is damaged. */
export function configFromText(text: string): FunctionConfig | null {
  const config = readObject(text);
  // Checked when the app was synced, and written by `registryWrites` from the same type.
  return config !== null && "triggers" in config ? (config as FunctionConfig) : null;
}

/** Null when its configuration cannot be read. */
function functionFromRow(row: FunctionRow): FunctionRecord | null {
  const config = configFromText(row.config);
  if (config === null) return null;
  return {
    id: asFunctionId(row.id),
    appId: asAppId(row.app_id),
    slug: row.slug,
    version: row.version,
    config,
    createdAt: millis(row.created_at),
    updatedAt: millis(row.updated_at),
    archivedAt: timeOrNull(row.archived_at),
    pausedAt: timeOrNull(row.paused_at),
  };
}
