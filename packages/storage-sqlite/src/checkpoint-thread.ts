// The thread that checkpoints the log: started when it is first needed, and ended when there is nothing to do.
import { Worker } from "node:worker_threads";
import type { Place } from "./place.ts";

/** How the thread gets at what it runs, in a program that carries its parts inside itself. */
export interface ThreadParts {
  /** The program of the thread, as CommonJS; null for the file beside this one. */
  readonly code: string | null;
  /**
   * The addon of better-sqlite3; null for the installed one. It must be the file that the writer has loaded: the locks of a
   * file are those of the process, and two copies of SQLite in one process would drop each other's.
   */
  readonly addonFile: string | null;
}

/** What the thread is started with. */
export interface ThreadData {
  readonly file: string;
  /** Where the database and its log were when they were opened. */
  readonly places: readonly Place[];
  /** Of the database file. */
  readonly descriptor: number;
  readonly addonFile: string | null;
}

/** What the thread is asked. */
export type CheckpointRequest = "begin" | "finish" | "end";

/** What it answers. */
export type CheckpointAnswer =
  /** There is nothing more to do now. */
  | { readonly kind: "done" }
  /** The rest is small, and can only be finished while no commit comes in between. */
  | { readonly kind: "almostDone" }
  /** Unsynced: the disk failed to keep what was written. Everything else may go well the next time. */
  | { readonly kind: "failed"; readonly isUnsynced: boolean; readonly reason: string };

/** Said by nobody: the thread has ended by itself. */
export interface ThreadGone {
  readonly kind: "gone";
  readonly reason: string;
}

/** The thread, whether it is running or not. */
export interface CheckpointThread {
  /** Asks one thing at a time. Starts the thread if it is not running. */
  ask(request: Exclude<CheckpointRequest, "end">): Promise<CheckpointAnswer | ThreadGone>;
  /** Resolves when the thread has closed its connection and ended; the next request starts another. */
  end(): Promise<void>;
}

/** Prepares the thread; nothing is started yet. */
export function checkpointThread(data: Omit<ThreadData, "addonFile">, parts: ThreadParts): CheckpointThread {
  let running: RunningThread | null = null;
  let ended: Promise<unknown> = Promise.resolve();
  return {
    async ask(request) {
      try {
        running ??= start({ ...data, addonFile: parts.addonFile }, parts.code);
      } catch (error) {
        return { kind: "gone", reason: error instanceof Error ? error.message : String(error) };
      }
      const answer = await running.ask(request);
      if (answer.kind === "gone") running = null;
      return answer;
    },
    async end() {
      if (running !== null) ended = Promise.all([ended, running.end()]);
      running = null;
      await ended;
    },
  };
}

interface RunningThread {
  ask(request: CheckpointRequest): Promise<CheckpointAnswer | ThreadGone>;
  end(): Promise<void>;
}

function start(workerData: ThreadData, code: string | null): RunningThread {
  const options = { workerData, name: "checkpoints" };
  const worker = code === null ? new Worker(programFile(), options) : new Worker(code, { ...options, eval: true });
  const ended = Promise.withResolvers<ThreadGone>();
  let reason = "it ended";
  let gone: ThreadGone | null = null;
  let answered: ((answer: CheckpointAnswer | ThreadGone) => void) | null = null;
  // Not by a race with the end for each request: that would keep something of each until the thread ends.
  const answer = (said: CheckpointAnswer | ThreadGone): void => {
    answered?.(said);
    answered = null;
  };
  worker.on("message", answer);
  worker.on("error", (error: unknown) => {
    reason = error instanceof Error ? error.message : String(error);
  });
  worker.once("exit", () => {
    gone = { kind: "gone", reason };
    answer(gone);
    ended.resolve(gone);
  });
  // It keeps no process that has nothing else to do.
  worker.unref();
  const send = (request: CheckpointRequest): void => {
    worker.ref();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- there are no origins between threads.
    worker.postMessage(request);
  };
  return {
    async ask(request) {
      if (gone !== null) return gone;
      const said = new Promise<CheckpointAnswer | ThreadGone>((resolve) => {
        answered = resolve;
      });
      send(request);
      return said.finally(() => worker.unref());
    },
    async end() {
      send("end");
      await ended.promise;
    },
  };
}

/** The program lies beside this file, wherever that is: in the sources, in what was built of them, or beside the bundle. */
function programFile(): URL {
  const here = import.meta.url;
  return new URL(`./checkpoint-program.${here.endsWith(".ts") ? "ts" : "js"}`, here);
}
