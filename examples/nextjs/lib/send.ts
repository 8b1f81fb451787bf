// Sends an event on behalf of a form: what was stored for it is taken back when the event cannot be sent.
import { FormError } from "./form.ts";
import type { Outcome } from "./form.ts";
import { inngest } from "./inngest.ts";

/** What `inngest.send` accepts: one of this application's events. */
export type OutgoingEvent = Extract<Parameters<typeof inngest.send>[0], { name: string }>;

/** Sends one event and returns its id. When that fails, `undo` runs and a `FormError` with status 503 is thrown. */
export async function sendOrUndo(event: OutgoingEvent, undo: () => void | Promise<void>): Promise<string> {
  try {
    const { ids } = await inngest.send(event);
    return ids[0] ?? "";
  } catch (error) {
    await undo();
    throw new FormError(503, `the event ${event.name} could not be sent; is the server running?`, { cause: error });
  }
}

/** Sends an event that nothing was stored for and says so. */
export async function sendAndTell(event: OutgoingEvent): Promise<Outcome> {
  const eventId = await sendOrUndo(event, () => {});
  return { status: 202, notice: `Sent ${event.name}.`, body: { eventId } };
}
