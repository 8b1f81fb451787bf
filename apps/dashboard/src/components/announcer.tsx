// Says aloud, to those who listen instead of look, what changed on the page.
import type { ReactNode } from "react";
import { createStore, useStore } from "../api/store.ts";

const announcement = createStore("");

/** Says a sentence. Saying the same twice is heard once. */
export function announce(sentence: string): void {
  announcement.set(sentence);
}

/** The live region; one per page. */
export function Announcer(): ReactNode {
  return (
    <div role="status" aria-live="polite" className="sr-only">
      {useStore(announcement)}
    </div>
  );
}
