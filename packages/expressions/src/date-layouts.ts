// `date(x)`: an instant from the many ways in which apps write one. A text without a
// zone is UTC. Layouts are tried by their shape; nothing is guessed.
import { instantOf, timestampOfNs, type DateParts } from "./times.ts";
import { Failure, isAbsent, numberOf, Timestamp } from "./values.ts";

const monthNames = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const weekday = "(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\\s+)?";
const month = "(?<monthName>[a-z]{3,9})\\.?";
const time =
  "(?<hour>\\d{1,2}):(?<minute>\\d\\d)(?::(?<second>\\d\\d)(?:[.,](?<fraction>\\d{1,9})\\d*)?)?(?:\\s*(?<half>[ap]m))?";
const zone = "(?<zone>z|utc|gmt|[+-]\\d\\d:?\\d\\d)(?:\\s+(?:utc|gmt|\\([a-z ]+\\)))?";
const clock = `(?:${time}(?:\\s*${zone})?)`;

/** Anchored and without nested repeats, so each takes linear time; the text is at most 100 characters anyway. */
const layouts = [
  // 2021-01-31, 2021-01-31T10:00:00Z, 2021/01/31 10:00, 2021-01
  new RegExp(`^(?<year>\\d{4})[-/.](?<month>\\d{1,2})(?:[-/.](?<day>\\d{1,2}))?(?:[t\\s]+${clock})?$`, "i"),
  // 20210131, 20210131T100000Z
  new RegExp(
    `^(?<year>\\d{4})(?<month>\\d\\d)(?<day>\\d\\d)(?:t?(?<hour>\\d\\d)(?<minute>\\d\\d)(?<second>\\d\\d)(?:${zone})?)?$`,
    "i",
  ),
  // 1/31/2021 10:00 PM: month first, as in the reference
  new RegExp(`^(?<month>\\d{1,2})/(?<day>\\d{1,2})/(?<year>\\d{4})(?:,?\\s+${clock})?$`, "i"),
  // Sun, 31 Jan 2021 10:00:00 GMT; 31-Jan-2021
  new RegExp(`^${weekday}(?<day>\\d{1,2})[\\s-]+${month}[\\s,-]+(?<year>\\d{4})(?:,?\\s+${clock})?$`, "i"),
  // January 31, 2021 at 10:00 PM
  new RegExp(
    `^${weekday}${month}\\s+(?<day>\\d{1,2})(?:st|nd|rd|th)?,?\\s+(?<year>\\d{4})(?:,?\\s+(?:at\\s+)?${clock})?$`,
    "i",
  ),
  // Sun Jan 31 10:00:00 UTC 2021; Sun Jan 31 10:00:00 2021
  new RegExp(`^${weekday}${month}\\s+(?<day>\\d{1,2})\\s+${time}(?:\\s+${zone})?\\s+(?<year>\\d{4})$`, "i"),
];

const nsPerSecond = 1_000_000_000n;
const year2000Seconds = 946_684_800n;

/** Reads a date from a text, or from a whole number of seconds, milliseconds, microseconds or nanoseconds since 1970. */
export function readDate(value: unknown): unknown {
  if (isAbsent(value)) return false;
  if (value instanceof Timestamp) return value;
  if (typeof value === "string") return readText(value);
  const number = numberOf(value);
  if (number === null || !Number.isInteger(Number(number))) return new Failure("date() takes a text or a whole number");
  return readEpoch(BigInt(number));
}

function readText(text: string): unknown {
  const invalid = new Failure(`not a date: ${JSON.stringify(text.slice(0, 100))}`);
  const trimmed = text.trim();
  if (trimmed.length > 100) return invalid;
  if (/^\d{9,19}$/.test(trimmed)) return readEpoch(BigInt(trimmed));
  for (const layout of layouts) {
    const groups = layout.exec(trimmed)?.groups;
    const parts = groups === undefined ? null : partsOf(groups);
    if (parts !== null) return instantOf(parts) ?? invalid;
  }
  return invalid;
}

function partsOf(groups: Readonly<Record<string, string | undefined>>): DateParts | null {
  const number = (name: string, absent: number): number => Number(groups[name] ?? absent);
  const monthName = groups["monthName"]?.slice(0, 3).toLowerCase();
  const monthNumber = monthName === undefined ? number("month", 1) : monthNames.indexOf(monthName) + 1;
  if (monthNumber === 0) return null;
  const half = groups["half"]?.toLowerCase();
  const hour = number("hour", 0);
  return {
    year: number("year", 0),
    month: monthNumber,
    day: number("day", 1),
    hour: half === undefined ? hour : (hour % 12) + (half === "pm" ? 12 : 0),
    minute: number("minute", 0),
    second: number("second", 0),
    fraction: groups["fraction"] ?? "",
    zone: /^(?:utc|gmt)$/i.test(groups["zone"] ?? "") ? "Z" : (groups["zone"] ?? ""),
  };
}

/** The unit follows from the size: the first that puts the number between 2000 and a few thousand years on. */
function readEpoch(number: bigint): unknown {
  for (const perSecond of [1n, 1000n, 1_000_000n, nsPerSecond]) {
    const seconds = number / perSecond;
    if (seconds < 100_000_000_000n) {
      if (seconds < year2000Seconds) break;
      return timestampOfNs(number * (nsPerSecond / perSecond));
    }
  }
  return new Failure(`not a date: ${number} is before the year 2000 in every unit`);
}
