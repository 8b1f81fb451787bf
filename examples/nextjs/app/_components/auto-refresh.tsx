// Keeps a server-rendered page current: asks the server for it again every so often, while somebody looks.
"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

/** Refreshes the page it is on every `everyMs` milliseconds. What is typed into forms stays. */
export function AutoRefresh({ everyMs }: { everyMs: number }): null {
  const router = useRouter();
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") router.refresh();
    }, everyMs);
    return () => clearInterval(timer);
  }, [router, everyMs]);
  return null;
}
