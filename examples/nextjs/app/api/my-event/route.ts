// Starts the function with the risky operation.
import { answerForm } from "../../../lib/form.ts";
import { sendAndTell } from "../../../lib/send.ts";

/** Takes an optional `message`; sends `my/event`. */
export function POST(request: Request): Promise<Response> {
  return answerForm(request, "/", async ({ message }) =>
    sendAndTell({ name: "my/event", data: message ? { message } : {} }),
  );
}
