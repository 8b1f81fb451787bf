// What a process has spent so far, from outside: CPU time, memory and what it wrote to the disk. Linux only; elsewhere all is null.
import { readdirSync, readFileSync } from "node:fs";

/** What a process has used up since it started. */
export interface Spent {
  /** Of all its threads, in microseconds. */
  readonly cpuMicros: number | null;
  /** What it gave to the disk, which may still be in the system's cache. */
  readonly writtenBytes: number | null;
}

/** Reads the counters of a running process. */
export function spentBy(pid: number): Spent {
  return { cpuMicros: cpuMicrosOf(pid), writtenBytes: numberIn(`/proc/${pid}/io`, /^write_bytes: (\d+)$/m) };
}

/** Memory of a process that is in RAM, in bytes; null where it cannot be read. */
function residentBytes(pid: number): number | null {
  const kibibytes = numberIn(`/proc/${pid}/status`, /^VmRSS:\s+(\d+) kB$/m);
  return kibibytes === null ? null : kibibytes * 1024;
}

const bytesPerMegabyte = 1_000_000;

/** The same in MB; not a number where it cannot be read. */
export function residentMegabytes(pid: number): number {
  return (residentBytes(pid) ?? Number.NaN) / bytesPerMegabyte;
}

/** The difference of two readings by unit of work; null when a reading is. */
export function perUnit(before: number | null, after: number | null, units: number): number | null {
  return before === null || after === null ? null : (after - before) / units;
}

/** Sums up threads in nanoseconds; `stat` of the process has only hundredths of a second. A thread that ended meanwhile is missing. */
function cpuMicrosOf(pid: number): number | null {
  const folder = `/proc/${pid}/task`;
  try {
    const nanos = readdirSync(folder).map((thread) =>
      Number(readFileSync(`${folder}/${thread}/schedstat`, "utf8").split(" ")[0]),
    );
    return nanos.reduce((sum, value) => sum + value, 0) / 1_000;
  } catch {
    return null;
  }
}

function numberIn(file: string, pattern: RegExp): number | null {
  try {
    const found = pattern.exec(readFileSync(file, "utf8"))?.[1];
    return found === undefined ? null : Number(found);
  } catch {
    return null;
  }
}
