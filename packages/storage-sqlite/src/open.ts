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
  type RunId,
  StepwrightError,
} from "@stepwright/protocol";
import type { LoadedRun, OpenOfRun, Storage } from "@stepwright/storage";
import { SqliteError } from "better-sqlite3";
import { batchReads } from "./batches.ts";
import type { ThreadParts } from "./checkpoint-thread.ts";
import { committer } from "./commit.ts";
import { type Connection, openReader, openWriter, type Synchronous } from "./connection.ts";
import { cancellationReads } from "./cancellations.ts";
import { cronReads } from "./cron.ts";
import { debounceReads } from "./debounces.ts";
import { dropReads } from "./drops.ts";
import { eventCount } from "./event-count.ts";
import { eventList } from "./event-list.ts";
import { eventGets } from "./events.ts";
import { watchHealth } from "./health.ts";
import { type FileDamage, inspectFiles } from "./inspect-files.ts";
import { logSync, noSync } from "./log-sync.ts";
import { type FolderLock, lockFolder } from "./lock.ts";
import { appSpanReads } from "./app-spans.ts";
import { metadataReads } from "./metadata.ts";
import { migrate } from "./migrations/migrate.ts";
import { openCheckpoints } from "./open-checkpoints.ts";
import { type PauseGets, pauseReads } from "./pauses.ts";
import { type Place, placeOf } from "./place.ts";
import { type QueueGets, queueReads } from "./queue-reads.ts";
import { endEarlierLeases } from "./queue.ts";
import { registryReads } from "./registry.ts";
import { sweeper } from "./retention.ts";
import { runBatchReads } from "./run-batch-reads.ts";
import { runCount } from "./run-count.ts";
import { runList } from "./run-list.ts";
import { indexer } from "./search/indexer.ts";
import { searchEvents } from "./search/search-events.ts";
import { searchRuns } from "./search/search-runs.ts";
import { countByStatus, runGets } from "./runs.ts";
import { runsByTime } from "./runs-by-time.ts";
import { spanReads } from "./spans.ts";
import { stepReads } from "./steps.ts";
import { openTables } from "./tables.ts";
import { timeOrNull } from "./time-or-null.ts";

/** What SQLite calls a database that is no file. */
const memoryFile = ":memory:";

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
   * Leaves checkpoints of the log to a thread, so that the event loop need not wait for them. Default: whoever commits does them,
   * which tests and simulations want, where nothing happens beside the one thing that happens.
   */
  readonly checkpointThread?: ThreadParts | undefined;
  /**
   * Called when everything of a transaction is done but the commit. What it throws ends the transaction, as an error of the
   * disk does: simulations have no other way to that moment.
   */
  readonly beforeCommit?: (() => void) | undefined;
  /** Waits until the log is on the disk, with `full`; simulations have disks of their own. Default: `fdatasync`. */
  readonly syncLog?: (() => Promise<void>) | undefined;
}

/**
 * Opens a database, made new if there is none, and begins a boot: what earlier boots had leased is due again.
 *
 * Throws DATA_FOLDER_LOCKED while another server has the folder, DATA_FOLDER_NEWER when a newer version has
 * written it, DATA_DAMAGED when the file is no database or a broken one, DATA_LOG_DAMAGED when commits are missing
 * from its log, DATA_FOLDER_UNUSABLE when it cannot be opened. Damage is found before anything is written.
 */
export function openSqliteStorage(options: SqliteOptions): Storage {
  if (options.file === memoryFile) return openMemoryStorage(options);
  const opened: { close(): void }[] = [];
  try {
    const lock = lockFolder(options.file, options.nativeBinding);
    opened.push({ close: () => lock.release() });
    refuseReadOnly(options.file);
    refuseDamaged(options);
    const writer = openWriter({ ...options, nativeBinding: options.nativeBinding });
    opened.push(writer);
    const reader = openReader(options.file, options.nativeBinding);
    // Before the writer, so that it is closed after it: who closes last moves the log into the database, and a boot that
    // comes upon damage must not; a reader cannot.
    opened.splice(-1, 0, reader);
    const epoch = boot(writer, options);
    return storageOn({ writer, reader, lock, epoch, options });
  } catch (error) {
    for (const resource of opened.toReversed()) resource.close();
    if (error instanceof StepwrightError) throw error;
    throw unusable(options.file, error);
  }
}

/** A store that ends with the process, and can be taken over by the next one: how a test kills an engine. */
export interface MemoryStorage extends Storage {
  /** Everything that is committed, as the bytes of a database file. */
  image(): Buffer;
}

/** Opens a store in memory: empty, or with what an image of another one holds. Begins a boot, as `openSqliteStorage` does. */
export function openMemoryStorage({
  image = null,
  ...rest
}: Omit<SqliteOptions, "file" | "synchronous"> & { readonly image?: Buffer | null }): MemoryStorage {
  const options: SqliteOptions = { ...rest, file: memoryFile, synchronous: "normal" };
  const writer = openWriter({ file: image ?? memoryFile, nativeBinding: rest.nativeBinding });
  try {
    const epoch = boot(writer, options);
    const storage = storageOn({ writer, reader: writer, lock: noLock, epoch, options });
    return { ...storage, image: () => writer.serialize() };
  } catch (error) {
    writer.close();
    throw error;
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
  // For the same reason as a sweep, whatever a boot writes is on the disk before anything else is written.
  if (options.synchronous === "full") db.pragma("synchronous = FULL");
  const outcome = migrate(db, options.now);
  if (outcome.kind === "newer") {
    throw dataFolderNewer({ folder: dirname(options.file), migration: outcome.migration });
  }
  const epoch = db
    .transaction(() => {
      const { lastInsertRowid } = db.prepare("INSERT INTO boots (started_at) VALUES (?)").run(options.now);
      endEarlierLeases(db);
      return Number(lastInsertRowid);
    })
    .immediate();
  db.pragma("synchronous = NORMAL");
  return epoch;
}

function storageOn({ writer, reader, lock, epoch, options }: Opened): Storage {
  const tables = openTables(writer, epoch);
  const commit = committer(writer, tables, options.beforeCommit);
  const files = writer.memory ? [] : [options.file, `${options.file}-wal`];
  const places = files.map((file): Place => ({ file, at: placeOf(file) }));
  const health = watchHealth({
    places,
    isDamageAccepted: options.acceptDamage === true,
    onBroken: (error) => options.onTrouble?.(error),
  });
  const { reading } = health;
  const sweep = sweeper(writer, tables.counters);
  const index = indexer({ writer, reader, changed: tables.changedRuns, beforeCommit: options.beforeCommit });
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
    runCount: runCount(reader),
    runBatches: runBatchReads(reader),
    cancellations: cancellationReads(reader),
    metadata: metadataReads(reader),
    appSpans: appSpanReads(reader),
    events: eventList(reader),
    searchRuns: searchRuns(reader, tables.changedRuns),
    searchEvents: searchEvents(reader),
    eventCount: eventCount(reader),
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
  const log = options.synchronous === "full" && !writer.memory ? logSync(options) : noSync;
  const { checkpoints, closeFile } = openCheckpoints({ ...options, writer, places, onUnsynced: health.stop });
  /**
   * Writes, and resolves when that is on the disk. Sweeps and the index wait for it, too: commits that nobody has waited for must not
   * pile up in the log, as a power failure may lose the first of them and keep the others, which no start could tell from damage.
   */
  const write = async <T>(work: () => T, transitions = 0): Promise<T> => {
    while (checkpoints.inTheWay !== null) await checkpoints.inTheWay;
    if (!writer.open) throw storageUnavailable({ reason: "the storage is closed" });
    health.check();
    const result = health.ask(work);
    await log.flush({ isDiskBusy: checkpoints.isRunning, transitions }).catch((error: unknown) => health.end(error));
    // Afterwards: what was committed to files that are gone must not be acknowledged.
    health.checkPlace();
    checkpoints.afterCommit();
    return result;
  };

  return {
    commit: (batch) =>
      write(() => {
        if (batch.now > latest) latest = batch.now;
        return commit(batch);
      }, batch.transitions.length),
    runs: {
      load: reading((runId): LoadedRun | null => {
        const run = hot.runs.get(runId);
        if (run === null) return null;
        const steps = hot.steps.ofRun(runId);
        const finished = new Set(steps.map((step) => step.id));
        const openSteps = hot.queue.openSteps(runId).filter((id) => !finished.has(id));
        const { discovery } = run.progress;
        const isDiscoverySetAside = discovery !== null && hot.queue.isSetAside(discovery.itemId);
        return { run, steps, events: hot.events.ofRun(runId), openSteps, isDiscoverySetAside };
      }),
      get: reading(hot.runs.get),
      steps: reading(hot.steps.ofRun),
      spans: reading(lists.spans.ofRun),
      events: reading(hot.events.ofRun),
      metadata: reading(lists.metadata),
      appSpans: reading(lists.appSpans.ofRun),
      appSpanUse: reading(lists.appSpans.use),
      items: reading(hot.queue.ofRun),
      openOf: reading((runIds) => openOf(hot, runIds)),
      list: reading(lists.runs),
      search: reading(lists.searchRuns),
      byTime: reading(lists.runsByTime),
      countByTime: reading(lists.runCount),
      byIds: reading(lists.runBatches.byIds),
      eventsOf: reading(lists.runBatches.eventsOf),
      ofKey: reading(hot.runs.ofKey),
      startedBy: reading(lists.runGets.startedBy),
      rerunsOf: reading(lists.runGets.rerunsOf),
      orphans: reading(lists.runGets.orphans),
      countByStatus: async () => countByStatus(tables.counters),
    },
    events: {
      get: reading(hot.events.get),
      byInternalId: reading(hot.events.byInternalId),
      list: reading(lists.events),
      search: reading(lists.searchEvents),
      count: reading(lists.eventCount),
      endsOf: reading(lists.runBatches.endsOf),
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
    retention: { sweep: (request) => write(() => sweep(request)) },
    search: { catchUp: (request) => write(() => index(request)) },
    async stats() {
      health.checkPlace();
      const sizes = health.ask(() => ({
        bytes: bytesOf(writer, options.file),
        freeBytes: numberOf(writer, "freelist_count") * numberOf(writer, "page_size"),
      }));
      return { ...sizes, bootEpoch: epoch, synchronous: options.synchronous };
    },
    async close() {
      // Before the others: the thread must not be the last to close. Without one the files are free when this returns.
      const ended = checkpoints.close();
      if (ended !== null) await ended;
      log.close();
      // The last connection to close moves the log into the database file and removes it, unless it is the reader: damage
      // is left as it was found, and what lies in the place of files that were moved is not ours.
      for (const db of health.isBroken ? [writer, reader] : [reader, writer]) db.close();
      closeFile();
      lock.release();
    },
  };
}

/** Both in one turn of the event loop, so that no commit comes in between. */
function openOf(
  { queue, pauses }: { readonly queue: QueueGets; readonly pauses: PauseGets },
  runIds: readonly RunId[],
): ReadonlyMap<RunId, OpenOfRun> {
  const items = queue.ofRuns(runIds);
  const waits = pauses.byRuns(runIds);
  const busy = new Set([...items.keys(), ...waits.keys()]);
  return new Map([...busy].map((runId) => [runId, { items: items.get(runId) ?? [], pauses: waits.get(runId) ?? [] }]));
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
