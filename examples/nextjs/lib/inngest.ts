// The typed client: the one place that knows the application's id and the shape of its events.
import { EventSchemas, Inngest } from "inngest";

/** Every event that this application sends or reacts to, by name. */
export type Events = {
  "user/signed-up": { data: { userId: string; email: string; name: string } };
  "file/uploaded": { data: { fileUrl: string; userId: string; fileName: string; fileSize: number } };
  /** `month` counts from 1. */
  "reports/generate-all": { data: { month: number; year: number } };
  "digest/send-to-user": { data: { userId: string } };
  "content/submitted": { data: { contentId: string; authorId: string; reviewerId: string } };
  "content/reviewed": { data: { contentId: string; approved: boolean; feedback?: string } };
  "my/event": { data: { message?: string } };
  "user/validate": { data: { email: string } };
};

/** The client that functions are made with and that routes send events through. */
export const inngest = new Inngest({ id: "my-app", schemas: new EventSchemas().fromRecord<Events>() });
