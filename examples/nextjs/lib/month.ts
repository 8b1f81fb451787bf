// Calendar months, in UTC: their bounds as days and as points in time.

/** A calendar month; `month` counts from 1. */
export interface Month {
  readonly month: number;
  readonly year: number;
}

/** Returns the month as `YYYY-MM`, which is how the days in it begin. */
export function monthText({ month, year }: Month): string {
  return `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}`;
}

/** Returns when the month begins and when it is over (exclusive), in milliseconds UTC. */
export function monthBounds({ month, year }: Month): { fromAt: number; untilAt: number } {
  return { fromAt: Date.UTC(year, month - 1, 1), untilAt: Date.UTC(year, month, 1) };
}

/** Returns the month before. */
export function previousMonth({ month, year }: Month): Month {
  return month === 1 ? { month: 12, year: year - 1 } : { month: month - 1, year };
}

/** Tells whether the numbers name a month that the application can report on. */
export function isMonth({ month, year }: Month): boolean {
  return Number.isInteger(month) && month >= 1 && month <= 12 && Number.isInteger(year) && year >= 2000 && year <= 9999;
}

/** Returns the month that a point in time (milliseconds UTC; now by default) lies in. */
export function monthOf(at: number = Date.now()): Month {
  const time = new Date(at);
  return { month: time.getUTCMonth() + 1, year: time.getUTCFullYear() };
}
