// Search: an index of words over runs and events, and how far it has come.
import type { Migration } from "./migration.ts";

// Contentless: texts are stored once, in their own tables. Words are cut in code (`@stepwright/storage`), so the tokenizer has
// nothing left to do but to find them; `unicode61` and not `trigram`, which finds any part of a word, because a million runs of
// 250 characters take 87 MB and 20 µs each with the one, 630 MB and 41 µs with the other.
//
// Nothing is indexed here: a big database would not start for minutes. What is there is left to the work in the background, which
// goes from `low` down to 0, as it goes up from `high` with what comes new.
const sql = `
CREATE VIRTUAL TABLE run_texts USING fts5(text, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 0');
CREATE VIRTUAL TABLE event_texts USING fts5(text, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 0');
-- The words, to look up those that begin with something. Takes no space.
CREATE VIRTUAL TABLE run_words USING fts5vocab(run_texts, instance);
CREATE VIRTUAL TABLE event_words USING fts5vocab(event_texts, instance);

-- Rows from low to high are indexed, both included.
CREATE TABLE search_progress (
  kind TEXT PRIMARY KEY CHECK (kind IN ('runs', 'events')),
  low INTEGER NOT NULL,
  high INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO search_progress SELECT 'runs', coalesce(max(row), 0) + 1, coalesce(max(row), 0) FROM runs;
INSERT INTO search_progress SELECT 'events', coalesce(max(seq), 0) + 1, coalesce(max(seq), 0) FROM events;

-- Runs that were indexed before they had ended, and have to be once more.
CREATE TABLE search_open_runs (row INTEGER PRIMARY KEY) STRICT;

-- Merging by itself comes in bursts of up to 26 ms; the work in the background does it, a little with each piece.
INSERT INTO run_texts (run_texts, rank) VALUES ('automerge', 0);
INSERT INTO event_texts (event_texts, rank) VALUES ('automerge', 0);
INSERT INTO run_texts (run_texts, rank) VALUES ('crisismerge', 64);
INSERT INTO event_texts (event_texts, rank) VALUES ('crisismerge', 64);
`;

/** Adds the index of words. */
export const search: Migration = { id: 4, name: "search", sql };
