// Writes lengths of time and points in time the way a person reads them.

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Writes a duration with two units at most: `12 ms`, `1.24 s`, `1 min 26 s`, `2 d 4 h`. Negative is taken as zero. */
export function formatDuration(ms: number): string {
  const length = Math.max(0, Math.round(ms));
  if (length < second) return `${length} ms`;
  if (length < 10 * second) return `${trimmed((length / second).toFixed(2))} s`;
  // Rounded first, so that 59,960 ms becomes "1 min" and not "60 s".
  const tenths = Math.round(length / 100) * 100;
  if (tenths < minute) return `${trimmed((tenths / second).toFixed(1))} s`;
  if (length < hour - second / 2) return pair(Math.round(length / second), [60, "min"], "s");
  if (length < day - minute / 2) return pair(Math.round(length / minute), [60, "h"], "min");
  return pair(Math.round(length / hour), [24, "d"], "h");
}

/** Writes a countdown or an age, in whole seconds below a minute: a figure that runs must not flicker in its decimals. */
export function formatCoarse(ms: number): string {
  const length = Math.max(0, ms);
  if (length < minute - second / 2) return `${Math.round(length / second)} s`;
  return formatDuration(Math.round(length / second) * second);
}

/** Writes a point in time against now: `just now`, `12 s ago`, `in 27 s`. */
export function formatRelative(at: number, now: number): string {
  const distance = at - now;
  if (Math.abs(distance) < second) return "just now";
  return distance < 0 ? `${oneUnit(-distance)} ago` : `in ${formatCoarse(distance)}`;
}

/** Writes a point in time in full, in the reader's zone: `2026-11-23 23:51:17.120`. */
export function formatAbsolute(at: number): string {
  const date = new Date(at);
  const pad = (value: number, width = 2) => String(value).padStart(width, "0");
  const dayText = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  return `${dayText} ${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}.${pad(date.getMilliseconds(), 3)}`;
}

const clockFormat = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const dayFormat = new Intl.DateTimeFormat(undefined, {
  weekday: "short",
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

/** Writes when something will be: the clock time within half a day, else day and time. */
export function formatMoment(at: number, now: number): string {
  return Math.abs(at - now) < 12 * hour ? clockFormat.format(at) : dayFormat.format(at);
}

function oneUnit(ms: number): string {
  if (ms < minute) return `${Math.floor(ms / second)} s`;
  if (ms < hour) return `${Math.floor(ms / minute)} min`;
  if (ms < day) return `${Math.floor(ms / hour)} h`;
  return `${Math.floor(ms / day)} d`;
}

function pair(count: number, [size, bigUnit]: readonly [number, string], smallUnit: string): string {
  const big = Math.floor(count / size);
  const small = count % size;
  return small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;
}

function trimmed(decimal: string): string {
  return decimal.replace(/\.?0+$/, "");
}
