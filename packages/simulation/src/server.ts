// The server of a simulated world: one process after another on the same data, each with a runtime and a storage of its own.
import type { RetentionPolicy } from "@stepwright/engine";
import { storageUnavailable } from "@stepwright/protocol";
import {
  type AppClient,
  createRuntime,
  defaultSettings,
  type Random,
  type Runtime,
  type Storage,
} from "@stepwright/runtime";
import { openSqliteStorage } from "@stepwright/storage-sqlite";
import { pino } from "pino";
import type { Disk } from "./disk.ts";
import type { SimulatedClock } from "./simulated-clock.ts";
import type { Complaint } from "./witness.ts";

/** What came of asking the server for something. */
export type Asked<T> =
  | { readonly kind: "answered"; readonly value: T }
  | { readonly kind: "refused"; readonly error: Error }
  /** There is no process, or it died before it answered. */
  | { readonly kind: "lost" };

/** The server as the world around it sees it. */
export interface Server {
  /** Number of the process that runs, or ran last. */
  readonly boot: number;
  readonly isUp: boolean;
  /** The runtime, while it takes requests. */
  readonly runtime: Runtime | null;
  /** The storage as the process that runs has it; null while none does. */
  readonly storage: Storage | null;
  start(): void;
  /** Ends the process at once; another one starts after this time. With the power goes what the disk has not kept. */
  kill(downMs: number, options?: { readonly isPowerLost: boolean }): void;
  /** Asks the process to end in good order. */
  stop(options: { readonly graceMs: number; readonly downMs: number }): void;
  /** Asks the process for something; everybody who waits is told when it dies. */
  ask<T>(what: (runtime: Runtime) => Promise<T>): Promise<Asked<T>>;
}

/** What a process is started with. */
export interface ServerOptions {
  readonly file: string;
  readonly disk: Disk;
  readonly clock: SimulatedClock;
  readonly random: (boot: number) => Random;
  readonly callsPerAppMax: number;
  readonly callTimeoutMs: number;
  readonly appWaitMs: number;
  /** What a process that is started now removes by itself. */
  readonly retention: () => RetentionPolicy | null;
  /** Puts the world between the process and its storage. */
  readonly storageOf: (inner: Storage, process: ServerProcess) => Storage;
  readonly clientOf: (process: ServerProcess) => AppClient;
  readonly onComplaint: (complaint: Complaint) => void;
  /** A process takes requests. */
  readonly onStarted: (boot: number) => void;
  /** A process is gone; `isAllKept` says that its last commit is still there, whoever heard of it. */
  readonly onEnded: (boot: number, how: End, isAllKept: boolean) => void;
  /** Closes what others have open on the data. */
  readonly closeViews: () => void;
}

/** How a process ended. */
export type End = "killed" | "lost its power" | "stopped" | "did not start";

/** A process. */
export interface ServerProcess {
  readonly boot: number;
  readonly isDead: boolean;
}

interface Process extends ServerProcess {
  readonly inner: Storage;
  /** With the world in between. */
  readonly storage: Storage;
  readonly runtime: Runtime;
  readonly waiting: Set<() => void>;
  isDead: boolean;
  isReady: boolean;
  isStopping: boolean;
}

/** A supervisor waits this long before it starts a server again that did not come up. */
const restartMs = 1_000;

/** Makes the server; nothing runs before `start`. */
export function createServer(options: ServerOptions): Server {
  const { clock } = options;
  let process: Process | null = null;
  let boots = 0;

  const log = pino(
    { level: "warn", base: null, timestamp: false },
    {
      write(line: string) {
        const { msg, err, itemId, runId } = JSON.parse(line) as {
          readonly msg: string;
          readonly err?: { readonly message: string };
          readonly itemId?: string;
          readonly runId?: string;
        };
        options.onComplaint({ message: msg, reason: err?.message ?? "", about: runId ?? itemId ?? null });
      },
    },
  );

  const start = () => {
    if (process !== null) return;
    boots += 1;
    try {
      const one = open(boots);
      process = one;
      void begin(one);
    } catch (error) {
      options.onComplaint({ message: "the data cannot be opened", reason: asError(error).message, about: null });
    }
  };

  const open = (boot: number): Process => {
    const { file, disk } = options;
    const { beforeCommit, sync: syncLog } = disk;
    const inner = openSqliteStorage({ file, synchronous: "full", now: clock.now(), beforeCommit, syncLog });
    // A boot waits for the disk by itself.
    disk.keep();
    const it: ServerProcess = {
      boot,
      get isDead() {
        return one.isDead;
      },
    };
    const storage = options.storageOf(inner, it);
    const runtime = createRuntime({
      ports: { clock, random: options.random(boot), appClient: options.clientOf(it), storage },
      settings: {
        ...defaultSettings,
        syncRetryMs: null,
        callsPerAppMax: options.callsPerAppMax,
        callTimeoutMs: options.callTimeoutMs,
        indexesTexts: true,
        appWaitMs: options.appWaitMs,
        retention: options.retention(),
      },
      log,
    });
    const one: Process = {
      boot,
      inner,
      storage,
      runtime,
      waiting: new Set(),
      isDead: false,
      isReady: false,
      isStopping: false,
    };
    return one;
  };

  const begin = async (one: Process): Promise<void> => {
    try {
      await one.runtime.start();
      one.isReady = true;
      options.onStarted(one.boot);
    } catch {
      end(one, "did not start", restartMs);
    }
  };

  const end = (one: Process, how: End, downMs: number): void => {
    if (one.isDead) return;
    one.isDead = true;
    process = null;
    // What a dead process waited for never comes.
    clock.forgetSleepers();
    const close = () => void one.inner.close();
    const isAllKept = how !== "lost its power" || losePower(close);
    if (how !== "lost its power") close();
    options.onEnded(one.boot, how, isAllKept);
    for (const lose of one.waiting) lose();
    clock.after(downMs, start);
  };

  const losePower = (close: () => void): boolean =>
    options.disk.losePower(() => {
      options.closeViews();
      close();
    });

  /** Everything that is asked of a runtime is answered with a promise. */
  const begun = <T>(runtime: Runtime, what: (runtime: Runtime) => Promise<T>): Promise<T> => {
    try {
      return what(runtime);
    } catch (error) {
      const message = "it was asked for something and threw";
      options.onComplaint({ message, reason: asError(error).message, about: null });
      return Promise.reject(asError(error));
    }
  };

  return {
    get boot() {
      return boots;
    },
    get isUp() {
      return process !== null;
    },
    get runtime() {
      return process?.isReady === true && !process.isStopping ? process.runtime : null;
    },
    get storage() {
      return process?.isReady === true ? process.storage : null;
    },
    start,
    kill(downMs, { isPowerLost } = { isPowerLost: false }) {
      if (process !== null) end(process, isPowerLost ? "lost its power" : "killed", downMs);
    },
    stop({ graceMs, downMs }) {
      const one = process;
      if (one === null || !one.isReady || one.isStopping) return;
      one.isStopping = true;
      void one.runtime.stop({ graceMs }).then(() => end(one, "stopped", downMs));
    },
    ask<T>(what: (runtime: Runtime) => Promise<T>): Promise<Asked<T>> {
      const one = process;
      if (one === null || !one.isReady) return Promise.resolve({ kind: "lost" });
      return new Promise((resolve) => {
        const settle = (asked: Asked<T>) => {
          one.waiting.delete(lose);
          resolve(asked);
        };
        const lose = () => settle({ kind: "lost" });
        one.waiting.add(lose);
        begun(one.runtime, what).then(
          (value) => settle({ kind: "answered", value }),
          (error: unknown) => settle({ kind: "refused", error: asError(error) }),
        );
      });
    },
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : storageUnavailable({ reason: String(error) });
}
