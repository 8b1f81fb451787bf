// Has an email address validated in the background.
import { answerForm, required } from "../../../lib/form.ts";
import { sendAndTell } from "../../../lib/send.ts";

/** Takes `email`, which may well be a bad one; sends `user/validate`. */
export function POST(request: Request): Promise<Response> {
  return answerForm(request, "/", async (fields) =>
    sendAndTell({ name: "user/validate", data: { email: required(fields, "email") } }),
  );
}
