// Puts into the events of a database what people search for: emails, order numbers, remarks. The databases themselves stay as
// they are, so that their figures can be compared with earlier ones.
import Database from "better-sqlite3";

const names = ["alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi"];
const remarks = ["please deliver to the back door", "gift wrapping requested", "no remarks", "call before delivery"];
/** One event in so many is about something rare. */
const rareEvery = 5_000;

/** What event `number` is about, besides what it has. */
export function textsOf(number: number): { readonly email: string; readonly order: string; readonly note: string } {
  const name = names[number % names.length] ?? "";
  const remark = remarks[number % remarks.length] ?? "";
  return {
    email: `${name}.${(number * 7_919) % 100_000}@example.com`,
    order: `ord_${number}-${"abcdefgh"[number % 8] ?? ""}`,
    note: number % rareEvery === 1 ? `${remark}, fragile porcelain` : remark,
  };
}

/** Adds the texts, and takes away what was indexed without them. */
export function addTexts(file: string): void {
  const db = new Database(file);
  db.pragma("synchronous = OFF");
  db.function("texts_of", { deterministic: true }, (seq: unknown) => JSON.stringify(textsOf(Number(seq))));
  db.exec(`
UPDATE events SET data = json_patch(data, texts_of(seq)) WHERE is_internal = 0;
INSERT INTO run_texts (run_texts) VALUES ('delete-all');
INSERT INTO event_texts (event_texts) VALUES ('delete-all');
DELETE FROM search_open_runs;
UPDATE search_progress SET low = newest.row + 1, high = newest.row FROM (SELECT coalesce(max(row), 0) AS row FROM runs) AS newest WHERE kind = 'runs';
UPDATE search_progress SET low = newest.seq + 1, high = newest.seq FROM (SELECT coalesce(max(seq), 0) AS seq FROM events) AS newest WHERE kind = 'events';`);
  db.close();
}
