// Contents: what authors submit for review, and what became of it.
import { randomUUID } from "node:crypto";
import { database } from "./database.ts";

/** What a review can end with. */
export type Decision = "published" | "rejected" | "escalated";

/** A submitted content; `feedback` and `decidedAt` are null until there is a decision. Times are milliseconds UTC. */
export interface Content {
  readonly id: string;
  readonly title: string;
  readonly body: string;
  readonly authorId: string;
  readonly reviewerId: string;
  readonly status: "waiting" | Decision;
  readonly feedback: string | null;
  readonly submittedAt: number;
  readonly decidedAt: number | null;
}

const columns = `id, title, body, author_id AS authorId, reviewer_id AS reviewerId, status, feedback,
  submitted_at AS submittedAt, decided_at AS decidedAt`;

/** Stores a content that waits for its review and returns its id. */
export function addContent(content: { title: string; body: string; authorId: string; reviewerId: string }): string {
  const id = `content-${randomUUID()}`;
  database()
    .prepare(
      `INSERT INTO contents (id, title, body, author_id, reviewer_id, status, submitted_at)
       VALUES (@id, @title, @body, @authorId, @reviewerId, 'waiting', @submittedAt)`,
    )
    .run({ ...content, id, submittedAt: Date.now() });
  return id;
}

/** Finds a content by id; null when there is none. */
export function findContent(contentId: string): Content | null {
  return database().prepare<[string], Content>(`SELECT ${columns} FROM contents WHERE id = ?`).get(contentId) ?? null;
}

/** Lists contents that wait for their review, oldest first. */
export function waitingContents(limit: number): Content[] {
  return database()
    .prepare<[number], Content>(
      `SELECT ${columns} FROM contents WHERE status = 'waiting' ORDER BY submitted_at LIMIT ?`,
    )
    .all(limit);
}

/** Lists contents with a decision, latest decision first. */
export function decidedContents(limit: number): Content[] {
  return database()
    .prepare<[number], Content>(
      `SELECT ${columns} FROM contents WHERE status <> 'waiting' ORDER BY decided_at DESC LIMIT ?`,
    )
    .all(limit);
}

/**
 * Stores the decision on a content.
 *
 * A content that the database does not know is no error: `content/submitted` may have been sent by hand.
 */
export function decideContent({ contentId, decision, feedback }: ContentDecision): void {
  database()
    .prepare("UPDATE contents SET status = ?, feedback = ?, decided_at = ? WHERE id = ?")
    .run(decision, feedback, Date.now(), contentId);
}

/** A decision on a content; `feedback` is null when the reviewer gave none. */
export interface ContentDecision {
  readonly contentId: string;
  readonly decision: Decision;
  readonly feedback: string | null;
}

/** Removes a content whose submission could not be completed. */
export function removeContent(contentId: string): void {
  database().prepare("DELETE FROM contents WHERE id = ?").run(contentId);
}
