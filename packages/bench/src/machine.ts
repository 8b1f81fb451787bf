// Where and on what a report was made.
import { execFileSync } from "node:child_process";
import { cpus, loadavg, totalmem } from "node:os";

/** What a reader needs to judge figures by. */
export interface Machine {
  /** ISO time at which the run began. */
  readonly date: string;
  /** Of the checkout; with `+` when it had changes that are not committed; null without git. */
  readonly commit: string | null;
  readonly node: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  /** Mean number of processes that wanted a core in the minute before the run. */
  readonly loadBefore: number;
}

/** Describes this machine now. */
export function describeMachine(): Machine {
  const cores = cpus();
  return {
    date: new Date().toISOString(),
    commit: commitOf(),
    node: process.version,
    cpu: cores[0]?.model ?? "unknown",
    cores: cores.length,
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    loadBefore: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}

function commitOf(): string | null {
  const git = (...args: readonly string[]): string =>
    execFileSync("git", args, {
      cwd: import.meta.dirname,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  try {
    return (
      git("rev-parse", "--short=10", "HEAD") + (git("status", "--porcelain", "--untracked-files=no") === "" ? "" : "+")
    );
  } catch {
    return null;
  }
}
