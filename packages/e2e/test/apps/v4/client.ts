// The reference application's client and events as SDK v4 has them: every event is a value that triggers, waits and sends share.
import { eventType, Inngest, staticSchema } from "inngest";

/** The client. `INNGEST_DEV` in the environment says which server it talks to. */
export const inngest = new Inngest({ id: "my-app" });

/** Somebody signed up. */
export const userSignedUp = eventType("user/signed-up", {
  schema: staticSchema<{ userId: string; email: string; name: string }>(),
});
/** A file of orders was uploaded. */
export const fileUploaded = eventType("file/uploaded", {
  schema: staticSchema<{ fileUrl: string; userId: string; fileName: string; fileSize: number }>(),
});
/** The reports of a month are wanted; `month` counts from 1. */
export const reportsWanted = eventType("reports/generate-all", {
  schema: staticSchema<{ month: number; year: number }>(),
});
/** One user's digest is wanted. */
export const digestWanted = eventType("digest/send-to-user", { schema: staticSchema<{ userId: string }>() });
/** A content waits for its review. */
export const contentSubmitted = eventType("content/submitted", {
  schema: staticSchema<{ contentId: string; authorId: string; reviewerId: string }>(),
});
/** A reviewer decided. */
export const contentReviewed = eventType("content/reviewed", {
  schema: staticSchema<{ contentId: string; approved: boolean; feedback?: string }>(),
});
/** Something risky is wanted. */
export const myEvent = eventType("my/event", { schema: staticSchema<{ message?: string }>() });
/** An address is to be checked. */
export const validationWanted = eventType("user/validate", { schema: staticSchema<{ email: string }>() });
