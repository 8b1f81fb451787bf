// Bulk cancellations in words, and what is asked for from what was typed.
import type { ApiCancellation, ApiCancellationPreview, ApiCancellationRequest } from "@stepwright/protocol";
import { formatMoment } from "./duration.ts";

/** What was typed into the form. Times are as a browser's field gives them; empty where nothing is. */
export interface CancellationDraft {
  readonly fn: string;
  readonly from: string;
  readonly to: string;
  readonly condition: string;
}

/** Translates the form to a request; null while no function is chosen. A time that cannot be read is none. */
export function cancellationRequest(draft: CancellationDraft): ApiCancellationRequest | null {
  if (draft.fn === "") return null;
  const from = timeOf(draft.from);
  const to = timeOf(draft.to);
  const condition = draft.condition.trim();
  return {
    function: draft.fn,
    ...(from === null ? {} : { from }),
    ...(to === null ? {} : { to }),
    ...(condition === "" ? {} : { if: condition }),
  };
}

/** Writes a time for a browser's field, in the reader's zone. */
export function fieldTime(at: number): string {
  const date = new Date(at);
  const local = new Date(at - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** Writes how many runs are hit. */
export function previewText({ runs, looked, isMore }: ApiCancellationPreview): string {
  if (isMore) {
    const newest = looked.toLocaleString("en");
    return `At least ${counted(runs)} would be cancelled: of the unfinished runs, only the newest ${newest} were looked at.`;
  }
  if (runs === 0) return "No unfinished run would be cancelled.";
  return `${counted(runs)} would be cancelled.`;
}

/** Writes what the button does. */
export function cancelText(preview: ApiCancellationPreview | undefined): string {
  if (preview === undefined || preview.runs === 0) return "Cancel runs";
  return preview.isMore ? `Cancel ${counted(preview.runs)} or more` : `Cancel ${counted(preview.runs)}`;
}

/** Says whether there is anything to cancel, as far as is known. */
export function hasTargets(preview: ApiCancellationPreview | undefined): boolean {
  return preview !== undefined && (preview.runs > 0 || preview.isMore);
}

/** Writes which runs a cancellation means, without their function. */
export function periodText({ from, to, createdAt, if: condition }: ApiCancellation, now: number): string {
  const parts = [
    ...(from === null ? [] : [`since ${formatMoment(from, now)}`]),
    // Asked for without an end, it ends when it was asked for.
    ...(createdAt - to < 1_000 ? [] : [`before ${formatMoment(to, now)}`]),
    ...(condition === null ? [] : [`where ${condition}`]),
  ];
  return parts.join(", ");
}

/** Writes how far it has come. */
export function progressText({ endedAt, cancelled }: Pick<ApiCancellation, "endedAt" | "cancelled">): string {
  return endedAt === null ? `Cancelling, ${counted(cancelled)} so far` : `${counted(cancelled)} cancelled`;
}

function counted(runs: number): string {
  return runs === 1 ? "1 run" : `${runs.toLocaleString("en")} runs`;
}

function timeOf(text: string): number | null {
  const at = text === "" ? NaN : new Date(text).getTime();
  return Number.isNaN(at) ? null : at;
}
