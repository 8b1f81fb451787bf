// The shape of a request: what is left when ids, times and durations are taken out of it.
import type { IncomingHttpHeaders } from "node:http";
import type { Fields, Recording } from "./recording.ts";

const uuid = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gu;
const ulid = /\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b/gu;
const date = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/gu;
const idKeys = new Set(["request_id", "job_id", "qi_id", "gid", "generation_id"]);
const timeKeys = new Set(["ts", "expire", "Date"]);

/** The body of a call, in a form that is equal text for equal shapes. */
export function requestShape(recording: Recording, body: Fields): string {
  return JSON.stringify(shapeOf(JSON.parse(recording.unname(JSON.stringify(body)))), null, 1);
}

/** The headers of a call, likewise: ids and signatures lose their value, the rest keeps it. */
export function headerShape(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers)
      .map(([name, value]) => [name, valueShape(name, String(value))] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function valueShape(name: string, value: string): string {
  if (name === "x-inngest-signature") return value.replace(/^t=\d+&s=[0-9a-f]{64}$/u, "t=<time>&s=<signature>");
  if (name === "traceparent") return value.replace(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/u, "<trace>");
  // The reference names a span of its own trace beside, which only its own store knows.
  if (name === "tracestate") return value.replace(/^inngest@traceref=[^,]+,/u, "").replaceAll(uuid, "<id>");
  if (name === "x-inngest-job-id") return "<id>";
  if (name === "x-inngest-generation-id") return value.replace(/^[1-9]\d*$/u, "<generation>");
  return value.replaceAll(ulid, "<id>").replaceAll(uuid, "<id>");
}

function shapeOf(value: unknown): unknown {
  if (typeof value === "string")
    return value.replaceAll(ulid, "<id>").replaceAll(uuid, "<id>").replaceAll(date, "<time>");
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]): [string, unknown] => {
        if (idKeys.has(key)) return [key, "<id>"];
        return timeKeys.has(key) ? [key, "<time>"] : [key, shapeOf(item)];
      })
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}
