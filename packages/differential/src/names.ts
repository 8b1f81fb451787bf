// Names that both sides share, whatever ids they give: of runs, of what answers a wait, and of steps that read the clock.
import { digest } from "./digest.ts";

/** Names a run of a function: the path is part of every event that starts one. */
export function runKey(fn: string, path: string): string {
  return `${fn} @ ${path}`;
}

/** Reads the path from the data of an event, or of the event that a report of a failure carries; an empty one of others. */
export function pathOf(data: unknown): string {
  if (typeof data !== "object" || data === null) return "";
  if ("path" in data && typeof data.path === "string") return data.path;
  const reported = "event" in data && typeof data.event === "object" && data.event !== null ? data.event : {};
  return "data" in reported ? pathOf(reported.data) : "";
}

/** Id, or label, of the step that reads the clock for a `sleepUntil`. Its output is a time, which is different on both sides. */
export function timeStep(id: string): string {
  return id.replace(/^until-\d+/, "$&-at");
}

/** Whether a step is one of those. */
export function isTimeStep(name: string): boolean {
  return /^until-\d+-at$/.test(name);
}

/** What answers a wait, whoever sends it. */
export function answerTo(name: string, path: string): Readonly<Record<string, unknown>> {
  return { path, answer: digest([name, path]) };
}

/** A signal has one waiter: its name says which. */
export function signalName(name: string, path: string): string {
  return `${name}@${path}`;
}
