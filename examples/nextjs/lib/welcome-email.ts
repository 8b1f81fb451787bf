// Writes the three emails of the welcome sequence.
import type { Email } from "./outbox.ts";

/** Who has just signed up. */
export interface NewUser {
  readonly email: string;
  readonly name: string;
}

/** Writes the email that greets a new user. */
export function welcomeEmail({ email, name }: NewUser): Email {
  return {
    kind: "welcome",
    to: email,
    subject: `Welcome, ${name}!`,
    body: "Good to have you. Upload your first orders to begin.",
  };
}

/** Writes the email with tips for a user of two days. */
export function tipsEmail({ email, name }: NewUser): Email {
  return {
    kind: "tips",
    to: email,
    subject: `Three tips for you, ${name}`,
    body: "Import weekly. Ask for reviews early. Read your digest.",
  };
}

/** Writes the email that offers a paid plan to a user of a week. */
export function upgradeEmail({ email, name }: NewUser): Email {
  return {
    kind: "upgrade",
    to: email,
    subject: `More room for you, ${name}`,
    body: "The pro plan has no limits on imports. Try it for a month.",
  };
}
