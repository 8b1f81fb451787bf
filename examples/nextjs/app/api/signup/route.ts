// Signs a user up and answers at once: everything that follows from it happens in the background.
import { isEmailAddress } from "../../../lib/email-address.ts";
import { answerForm, FormError, required } from "../../../lib/form.ts";
import { sendOrUndo } from "../../../lib/send.ts";
import { addUser, removeUser } from "../../../lib/users.ts";

/** Takes `email`, `name` and optionally `plan` (free unless `pro`); sends `user/signed-up`. */
export function POST(request: Request): Promise<Response> {
  return answerForm(request, "/signup", async (fields) => {
    const email = required(fields, "email");
    const name = required(fields, "name");
    if (!isEmailAddress(email)) throw new FormError(400, `"${email}" is not an email address`);

    const user = addUser({ email, name, plan: fields.plan === "pro" ? "pro" : "free" });
    if (user === null) throw new FormError(409, `${email} has signed up before`);

    const event = { name: "user/signed-up" as const, data: { userId: user.id, email, name } };
    const eventId = await sendOrUndo(event, () => removeUser(user.id));
    return {
      status: 201,
      notice: `Welcome, ${name}! Your first email is on its way.`,
      body: { userId: user.id, eventId },
    };
  });
}
