// Opens the store: lock, connections, schema, boot, and the contract on top of them.
import { accessSync, constants, copyFileSync, existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import {
  dataDamaged,
  dataFolderNewer,
  dataFolderUnusable,
  dataLogDamaged,
  type Millis,
  storageUnavailable,
  StepwrightError,
} from "@stepwright/protocol";
import type { LoadedRun, Storage } from "@stepwright/storage";
import { SqliteError } from "better-sqlite3";
import { batchReads } from "./batches.ts";
import { committer } from "./commit.ts";
import { type Connection, openReader, openWriter, type Synchronous } from "./connection.ts";
import { cancellationReads } from "./cancellations.ts";
import { cronReads } from "./cron.ts";
import { debounceReads } from "./debounces.ts";
import { dropReads } from "./drops.ts";
import { eventList } from "./event-list.ts";
import { eventGets } from "./events.ts";
import { watchHealth } from "./health.ts";
import { type FileDamage, inspectFiles } from "./inspect-files.ts";
import { logSync, noSync } from "./log-sync.ts";
import { type FolderLock, lockFolder } from "./lock.ts";
import { metadataReads } from "./metadata.ts";
import { migrate } from "./migrations/migrate.ts";
import { pauseReads } from "./pauses.ts";
import { queueReads } from "./queue-reads.ts";
import { endEarlierLeases } from "./queue.ts";
import { registryReads } from "./registry.ts";
import { sweeper } from "./retention.ts";
import { runList } from "./run-list.ts";
import { runsByTime } from "./runs-by-time.ts";
import { countByStatus, runGets } from "./runs.ts";
import { spanReads } from "./spans.ts";
import { stepReads } from "./steps.ts";
import { openTables } from "./tables.ts";
import { timeOrNull } from "./time-or-null.ts";

/** Where the data lives and how safe a commit is. */
export interface SqliteOptions {
  /** Path of the database file in an existing folder, or `:memory:` for data that ends with the process. */
  readonly file: string;
  readonly synchronous: Synchronous;
  /** When the server starts; SQL never asks for the time. */
  readonly now: Millis;
  /** The addon of better-sqlite3 as a loaded object, for a program that carries it inside itself. Default: the installed one. */
  readonly nativeBinding?: object | undefined;
  /** Open damaged files all the same, with what can be read of them; the log is copied aside first. Default false. */
  readonly acceptDamage?: boolean;
  /** Hears of what people should know: damage that was accepted, and that an open store has stopped writing. */
  readonly onTrouble?: (error: StepwrightError) => void;
  /**
   * Called when everything of a transaction is done but the commit. What it throws ends the transaction, as an error of the
   * disk does: simulations have no other way to that moment.
   */
  readonly beforeCommit?: (() => void) | undefined;
}

/**
 * Opens a database, made new if there is none, and begins a boot: what earlier boots had leased is due again.
 *
 * Throws DATA_FOLDER_LOCKED while another server has the folder, DATA_FOLDER_NEWER when a newer version has
 * written it, DATA_DAMAGED when the file is no database or a broken one, DATA_LOG_DAMAGED when commits are missing
 * from its log, DATA_FOLDER_UNUSABLE when it cannot be opened. Damage is found before anything is written.
 */
export function openSqliteStorage(options: SqliteOptions): Storage {
  const isMemory = options.file === ":memory:";
  const opened: { close(): void }[] = [];
  try {
    const lock = isMemory ? noLock : lockFolder(options.file, options.nativeBinding);
    opened.push({ close: () => lock.release() });
    if (!isMemory) {
      refuseReadOnly(options.file);
      refuseDamaged(options);
    }
    const writer = openWriter({ ...options, nativeBinding: options.nativeBinding });
    opened.push(writer);
    const reader = isMemory ? writer : openReader(options.file, options.nativeBinding);
    // Before the writer, so that it is closed after it: who closes last moves the log into the database, and a boot that
    // comes upon damage must not; a reader cannot.
    opened.splice(-1, 0, reader);
    const epoch = boot(writer, options);
    return storageOn({ writer, reader, lock, epoch, options });
  } catch (error) {
    for (const resource of opened.toReversed()) resource.close();
    if (error instanceof StepwrightError || isMemory) throw error;
    throw unusable(options.file, error);
  }
}

/** Throws when a file may not be written. SQLite would open it for reading, and leave a log behind that cannot be written either. */
function refuseReadOnly(file: string): void {
  for (const part of [file, `${file}-wal`, `${file}-shm`])
    if (existsSync(part)) accessSync(part, constants.R_OK | constants.W_OK);
}

/** Throws when something that was committed is missing, unless that was accepted, or is what `normal` leaves to a power failure. */
function refuseDamaged(options: SqliteOptions): void {
  const damage = inspectFiles({ ...options, nativeBinding: options.nativeBinding });
  if (damage === null) return;
  const error = damageError(damage);
  if (options.acceptDamage !== true && !damage.isExpected) throw error;
  if (options.acceptDamage === true) copyLogAside(options);
  options.onTrouble?.(error);
}

function damageError({ file, part, reason, commits }: FileDamage): StepwrightError {
  return part === "log" ? dataLogDamaged({ file, reason, commits }) : dataDamaged({ file, reason });
}

/** SQLite writes over what it cannot read of a log: somebody may want to look into it. */
function copyLogAside({ file, now }: SqliteOptions): void {
  for (const part of [`${file}-wal`, `${file}-shm`]) if (existsSync(part)) copyFileSync(part, `${part}.damaged-${now}`);
}

const noLock: FolderLock = { release: () => undefined };

interface Opened {
  readonly writer: Connection;
  readonly reader: Connection;
  readonly lock: FolderLock;
  readonly epoch: number;
  readonly options: SqliteOptions;
}

/** Brings the schema up to date, counts the boot and gives back the leases of earlier ones. */
function boot(db: Connection, options: SqliteOptions): number {
  const outcome = migrate(db, options.now);
  if (outcome.kind === "newer") {
    throw dataFolderNewer({ folder: dirname(options.file), migration: outcome.migration });
  }
  return db
    .transaction(() => {
      const { lastInsertRowid } = db.prepare("INSERT INTO boots (started_at) VALUES (?)").run(options.now);
      endEarlierLeases(db);
      return Number(lastInsertRowid);
    })
    .immediate();
}

function storageOn({ writer, reader, lock, epoch, options }: Opened): Storage {
  const tables = openTables(writer, epoch);
  const commit = committer(writer, tables, options.beforeCommit);
  const files = writer.memory ? [] : [options.file, `${options.file}-wal`];
  const health = watchHealth({
    files,
    isDamageAccepted: options.acceptDamage === true,
    onBroken: (error) => options.onTrouble?.(error),
  });
  const { reading } = health;
  const sweep = sweeper(writer, tables.counters);
  // Single rows are read where they were written, from its warm cache; what may take a millisecond, on the other connection.
  const hot = {
    runs: runGets(writer),
    steps: stepReads(writer),
    events: eventGets(writer),
    queue: queueReads(writer),
    pauses: pauseReads(writer, { sequence: tables.sequence, index: tables.pauseIndex }),
    debounces: debounceReads(writer),
    batches: batchReads(writer),
  };
  const lists = {
    runs: runList(reader),
    runsByTime: runsByTime(reader),
    cancellations: cancellationReads(reader),
    metadata: metadataReads(reader),
    events: eventList(reader),
    runGets: runGets(reader),
    queue: queueReads(reader),
    spans: spanReads(reader),
    debounces: debounceReads(reader),
    batches: batchReads(reader),
    drops: dropReads(reader),
    eventGets: eventGets(reader),
    crons: cronReads(reader),
    registry: registryReads(reader, tables.counters),
  };
  let latest = options.now;
  const log = options.synchronous === "full" && options.file !== ":memory:" ? logSync(options.file) : noSync;

  return {
    async commit(batch) {
      if (!writer.open) throw storageUnavailable({ reason: "the storage is closed" });
      health.check();
      if (batch.now > latest) latest = batch.now;
      const result = health.ask(() => commit(batch));
      await log.flush().catch((error: unknown) => health.end(error));
      // Afterwards: what was committed to files that are gone must not be acknowledged.
      health.checkPlace();
      return result;
    },
    runs: {
      load: reading((runId): LoadedRun | null => {
        const run = hot.runs.get(runId);
        if (run === null) return null;
        const steps = hot.steps.ofRun(runId);
        const finished = new Set(steps.map((step) => step.id));
        const openSteps = hot.queue.openSteps(runId).filter((id) => !finished.has(id));
        return { run, steps, events: hot.events.ofRun(runId), openSteps };
      }),
      get: reading(hot.runs.get),
      steps: reading(hot.steps.ofRun),
      spans: reading(lists.spans.ofRun),
      events: reading(hot.events.ofRun),
      metadata: reading(lists.metadata),
      items: reading(hot.queue.ofRun),
      list: reading(lists.runs),
      byTime: reading(lists.runsByTime),
      ofKey: reading(hot.runs.ofKey),
      startedBy: reading(lists.runGets.startedBy),
      orphans: reading(lists.runGets.orphans),
      countByStatus: async () => countByStatus(tables.counters),
    },
    events: {
      get: reading(hot.events.get),
      byInternalId: reading(hot.events.byInternalId),
      list: reading(lists.events),
    },
    pauses: {
      paths: reading(hot.pauses.paths),
      probe: reading(hot.pauses.probe),
      bySignal: reading(hot.pauses.bySignal),
      byRun: reading(hot.pauses.byRun),
    },
    queue: {
      lanes: reading(() => hot.queue.lanes().map((lane) => ({ lane, nextAt: timeOrNull(tables.lanes.nextAt(lane)) }))),
      ofLane: reading((lane, limit) => lists.queue.ofLane(lane, { limit, now: latest })),
      holders: reading(lists.queue.holders),
      depth: reading(() => lists.queue.depth(latest)),
      setAsideItem: reading(hot.queue.setAsideItem),
      setAside: reading(lists.queue.setAside),
    },
    flow: {
      window: reading(hot.debounces.get),
      batch: reading(hot.batches.get),
      ofEvent: reading((eventSeq) => ({
        windows: lists.debounces.ofEvent(eventSeq),
        batches: lists.batches.ofEvent(eventSeq),
        drops: lists.drops(eventSeq),
        matches: lists.eventGets.matches(eventSeq),
      })),
      gathering: reading((functionId) => ({
        windows: lists.debounces.countOf(functionId),
        batchedEvents: lists.batches.countOf(functionId),
      })),
    },
    registry: {
      load: reading(lists.registry.load),
      functionById: reading(lists.registry.functionById),
      archivedFunction: reading(lists.registry.archivedFunction),
      crons: reading(lists.crons),
    },
    cancellations: { get: reading(lists.cancellations.get), list: reading(lists.cancellations.list) },
    retention: {
      async sweep(request) {
        if (!writer.open) throw storageUnavailable({ reason: "the storage is closed" });
        health.check();
        return health.ask(() => sweep(request));
      },
    },
    async stats() {
      health.checkPlace();
      const sizes = health.ask(() => ({
        bytes: bytesOf(writer, options.file),
        freeBytes: numberOf(writer, "freelist_count") * numberOf(writer, "page_size"),
      }));
      return { ...sizes, bootEpoch: epoch, synchronous: options.synchronous };
    },
    async close() {
      log.close();
      // The last connection to close moves the log into the database file and removes it, unless it is the reader: damage
      // is left as it was found, and what lies in the place of files that were moved is not ours.
      for (const db of health.isBroken ? [writer, reader] : [reader, writer]) db.close();
      lock.release();
    },
  };
}

/** Size of the data: the database and what its log holds on top of it. */
function bytesOf(db: Connection, file: string): number {
  const pages = numberOf(db, "page_count") * numberOf(db, "page_size");
  if (db.memory) return pages;
  return pages + logBytes(`${file}-wal`);
}

function logBytes(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    // The folder may not be looked into any more; what is open in it goes on, and its size is but a figure.
    return 0;
  }
}

function numberOf(db: Connection, pragma: string): number {
  return Number(db.pragma(pragma, { simple: true }));
}

function unusable(file: string, error: unknown): StepwrightError {
  const reason = error instanceof Error ? error.message : String(error);
  if (error instanceof SqliteError && /^SQLITE_(NOTADB|CORRUPT)/.test(error.code))
    return dataDamaged({ file, reason }, { cause: error });
  return dataFolderUnusable({ folder: dirname(file), reason }, { cause: error });
}
