// The weekly digest: what happened in the last seven days, seen by one user.
import { database } from "./database.ts";
import { formatCents } from "./money.ts";
import type { Email } from "./outbox.ts";

/** Whom a digest is for. */
export interface DigestReader {
  readonly id: string;
  readonly email: string;
  readonly name: string;
}

/** What a digest tells. */
export interface DigestFigures {
  readonly contentsPublished: number;
  readonly contentsWaiting: number;
  readonly ordersImported: number;
  readonly revenueCents: number;
}

const weekMs = 7 * 24 * 60 * 60 * 1000;

/** Gathers the figures of the week that ends at `now` (milliseconds UTC) and writes them as an email to the user. */
export function digestEmail(reader: DigestReader, now: number): Email {
  return writeDigest(reader, digestFigures(reader.id, now));
}

/** Counts what happened in the week that ends at `now`: the user's own contents, and everybody's orders. */
export function digestFigures(userId: string, now: number): DigestFigures {
  const figures = database()
    .prepare<[{ userId: string; since: number }], DigestFigures>(
      `SELECT
         (SELECT count(*) FROM contents
          WHERE author_id = @userId AND status = 'published' AND decided_at >= @since) AS contentsPublished,
         (SELECT count(*) FROM contents WHERE reviewer_id = @userId AND status = 'waiting') AS contentsWaiting,
         count(*) AS ordersImported, coalesce(sum(amount_cents), 0) AS revenueCents
       FROM orders WHERE imported_at >= @since`,
    )
    .get({ userId, since: now - weekMs });
  return figures ?? { contentsPublished: 0, contentsWaiting: 0, ordersImported: 0, revenueCents: 0 };
}

/** Writes the figures as an email. */
export function writeDigest(reader: DigestReader, figures: DigestFigures): Email {
  return {
    kind: "digest",
    to: reader.email,
    subject: `Your week, ${reader.name}`,
    body: [
      `${figures.contentsPublished} of your contents were published.`,
      `${figures.contentsWaiting} contents wait for your review.`,
      `${figures.ordersImported} orders came in, worth ${formatCents(figures.revenueCents)}.`,
    ].join("\n"),
  };
}
