// Finds out whether the database takes writes, by writing: a full or failing disk can be told by nothing else.
import { type Millis, millis } from "@stepwright/protocol";
import type { Committer } from "./committer.ts";
import { writeCheckMs } from "./limits.ts";
import { refuseFailed } from "./storage-trouble.ts";

const checkKey = "server:ready";

/** Makes the check. Whoever asks within a moment of another gets the same answer: everybody may ask, as often as they like. */
export function createWriteCheck(committer: Committer, now: () => Millis): () => Promise<void> {
  let asked: { readonly at: Millis; readonly answer: Promise<void> } | null = null;
  const write = async (): Promise<void> => {
    const at = now();
    // One row that has expired by the next time, and is written over then.
    refuseFailed(
      await committer.submit({ guards: [], effects: [{ kind: "putKey", key: checkKey, expiresAt: millis(at) }] }),
    );
  };
  return () => {
    const at = now();
    if (asked === null || at < asked.at || at - asked.at >= writeCheckMs) asked = { at, answer: write() };
    return asked.answer;
  };
}
