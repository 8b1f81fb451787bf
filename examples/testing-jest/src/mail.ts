// Sends mails; here, into a list.

/** A mail. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
}

/** All mails that were sent, oldest first. */
export const outbox: Mail[] = [];

/** Sends a mail and returns how many there are now. */
export function sendMail(mail: Mail): number {
  return outbox.push(mail);
}
