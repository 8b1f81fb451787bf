// `timestamp.getHours("Europe/Rome")` and its kin. Months, days of the year and days of
// the month count from 0; only `getDate` counts from 1.
import { spend } from "./frame.ts";
import type { Builtin } from "./functions.ts";
import { msOf, zoneMinutes } from "./times.ts";
import { Duration, Failure, noSuchOverload, Timestamp } from "./values.ts";

const dayMs = 86_400_000;

/** The getters by name; the last four also take a duration and give its total in that unit. */
export const dateGetters: readonly (readonly [string, Builtin])[] = [
  ["getFullYear", getter((date) => date.getUTCFullYear())],
  ["getMonth", getter((date) => date.getUTCMonth())],
  ["getDate", getter((date) => date.getUTCDate())],
  ["getDayOfMonth", getter((date) => date.getUTCDate() - 1)],
  ["getDayOfWeek", getter((date) => date.getUTCDay())],
  ["getDayOfYear", getter((date) => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0)) / dayMs))],
  ["getHours", getter((date) => date.getUTCHours(), 3_600_000_000_000n)],
  ["getMinutes", getter((date) => date.getUTCMinutes(), 60_000_000_000n)],
  ["getSeconds", getter((date) => date.getUTCSeconds(), 1_000_000_000n)],
  ["getMilliseconds", getter((date) => date.getUTCMilliseconds(), 1_000_000n)],
];

/** Time zones are few, so the cache needs no bound: only names that exist are kept. */
const formats = new Map<string, Intl.DateTimeFormat>();

function getter(read: (date: Date) => number, nsPerUnit: bigint | null = null): Builtin {
  return {
    arity: [1, 2],
    call: ([value, zone = "UTC"], frame) => {
      if (value instanceof Duration && nsPerUnit !== null && zone === "UTC") return value.ns / nsPerUnit;
      // Formatting in a named zone takes some 20 µs, hence the price.
      if (!(value instanceof Timestamp) || typeof zone !== "string" || !spend(frame, zone === "UTC" ? 5 : 500))
        return noSuchOverload;
      const date = inZone(new Date(msOf(value)), zone);
      return date instanceof Failure ? date : BigInt(read(date));
    },
  };
}

/** Shifts a date so that its UTC fields read as the wall clock of the zone. */
function inZone(date: Date, zone: string): Date | Failure {
  if (zone === "UTC") return date;
  const minutes = zoneMinutes(zone);
  if (minutes !== null) return new Date(date.getTime() + minutes * 60_000);
  const format = formatOf(zone);
  if (format instanceof Failure) return format;
  const fields: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(date)) fields[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = fields;
  const ms = ((date.getTime() % 1000) + 1000) % 1000;
  const shifted = new Date(Date.UTC(2000, 0, 1, hour, minute, second, ms));
  shifted.setUTCFullYear(year, month - 1, day);
  return shifted;
}

function formatOf(zone: string): Intl.DateTimeFormat | Failure {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const unknown = new Failure(`unknown time zone: ${JSON.stringify(zone.slice(0, 100))}`);
  if (zone.length > 100) return unknown;
  try {
    const format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(zone, format);
    return format;
  } catch {
    return unknown;
  }
}
