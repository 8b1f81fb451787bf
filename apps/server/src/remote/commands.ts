// The commands that act on a running server: how each is read, and how each is done.
import { readApps } from "../apps/request.ts";
import { readFunctions } from "../functions/request.ts";
import { readInvoke } from "../invoke/request.ts";
import { readQueue } from "../queue/request.ts";
import { readRuns } from "../runs/request.ts";
import { readSend } from "../send/request.ts";
import type { readDoctor } from "../doctor/request.ts";
import type { RemoteOutcome } from "./open-client.ts";
import type { Terminal } from "./terminal.ts";

const readers = {
  send: readSend,
  invoke: readInvoke,
  runs: readRuns,
  functions: readFunctions,
  apps: readApps,
  queue: readQueue,
} as const;

/** The commands, in the order in which they are told of. */
export const remoteCommands = ["send", "invoke", "runs", "functions", "apps", "queue"] as const;

/** One of them. */
export type RemoteCommand = keyof typeof readers;

type Read = ReturnType<(typeof readers)[RemoteCommand]>;

/** What one of them, or the doctor on a running server, is asked for. */
export type RemoteLine =
  | Exclude<Read, { readonly kind: "help" | "mistake" }>
  | Extract<ReturnType<typeof readDoctor>, { readonly kind: "doctor" }>;

/** Reads the arguments after the command. */
export function readRemote(command: RemoteCommand, args: readonly string[]): Read {
  return readers[command](args);
}

/** Does it. The code of each command is loaded only now. */
export async function runRemote(line: RemoteLine, terminal: Terminal): Promise<RemoteOutcome> {
  switch (line.kind) {
    case "send":
      return (await import("../send/run.ts")).runSend(line.request, terminal);
    case "invoke":
      return (await import("../invoke/run.ts")).runInvoke(line.request, terminal);
    case "runs":
      return (await import("../runs/run.ts")).runRuns(line.request, terminal);
    case "functions":
      return (await import("../functions/run.ts")).runFunctions(line.request, terminal.env);
    case "apps":
      return (await import("../apps/run.ts")).runApps(line.request, terminal.env);
    case "queue":
      return (await import("../queue/run.ts")).runQueue(line.request, terminal.env);
    case "doctor":
      return (await import("../doctor/run.ts")).runDoctor(line.request, terminal);
  }
}
