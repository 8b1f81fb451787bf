// Sweeps what is over in a simulated world, as the runtime does once an hour, again and again while there is trouble. The
// runtime's own sweeps stay off: a world with a clock in it never comes to rest.
import { expiredBy, type RetentionPolicy } from "@stepwright/engine";
import type { Chance } from "@stepwright/test-parts";
import type { Server } from "./server.ts";
import type { SimulatedClock } from "./simulated-clock.ts";

/** Rows per piece: seldom more than a run has, so that many are removed in parts. */
const weightMax = 8;
const pauseMs = 2;

/** Sweeps every few seconds for as long as `goesOn` says so. */
export function startSweeping(o: {
  readonly policy: RetentionPolicy;
  readonly clock: SimulatedClock;
  readonly chance: Chance;
  readonly server: Server;
  readonly goesOn: () => boolean;
}): void {
  const { policy, clock, chance, server } = o;
  const wait = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve));

  const sweep = async (): Promise<void> => {
    for (const expired of expiredBy(policy, clock.now())) {
      let cursor: string | null = null;
      do {
        const { storage } = server;
        if (storage === null || !o.goesOn()) return;
        const piece = await storage.retention.sweep({ expired, cursor, weightMax });
        cursor = piece.cursor;
        await wait(pauseMs);
      } while (cursor !== null);
    }
  };
  const next = (): void => {
    clock.after(chance.between(1_000, 8_000), () => {
      if (!o.goesOn()) return;
      next();
      // A process that dies leaves its sweep as it is; a refused one is made again later.
      void sweep().catch(() => undefined);
    });
  };
  next();
}
