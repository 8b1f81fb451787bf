// Counts failed logins per address, so that a key cannot be found by trying.
import type { Millis } from "@stepwright/protocol";
import { loginAddressesMax, loginFailuresMax, loginWindowMs } from "./limits.ts";

/** Failed logins of the last minute. */
export interface LoginAttempts {
  /** Milliseconds until the address may try again; 0 when it may now. */
  waitMs(address: string, now: Millis): number;
  failed(address: string, now: Millis): void;
}

/** Starts counting; each address has a window that begins with its first failure. */
export function countLoginAttempts(): LoginAttempts {
  const windows = new Map<string, { readonly endsAt: number; failures: number }>();
  return {
    waitMs(address, now) {
      const window = windows.get(address);
      return window === undefined || window.failures < loginFailuresMax ? 0 : Math.max(0, window.endsAt - now);
    },
    failed(address, now) {
      const window = windows.get(address);
      if (window !== undefined && window.endsAt > now) {
        window.failures++;
        return;
      }
      windows.delete(address);
      const [oldest] = windows.keys();
      if (windows.size >= loginAddressesMax && oldest !== undefined) windows.delete(oldest);
      windows.set(address, { endsAt: now + loginWindowMs, failures: 1 });
    },
  };
}
