// Sends one user's digest without waiting for Monday.
import { answerForm, required } from "../../../lib/form.ts";
import { sendAndTell } from "../../../lib/send.ts";

/** Takes `userId`; sends `digest/send-to-user`. */
export function POST(request: Request): Promise<Response> {
  return answerForm(request, "/", async (fields) =>
    sendAndTell({ name: "digest/send-to-user", data: { userId: required(fields, "userId") } }),
  );
}
