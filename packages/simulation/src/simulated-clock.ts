// Virtual time. The world goes by time that never jumps; the server sees it through a clock that may. So it is no clock that is
// moved, like those of packages/testing and the runtime's tests: what is due next is found among sleepers and the world's agenda.
import { type Millis, millis } from "@stepwright/protocol";
import type { Clock } from "@stepwright/runtime";

/** The runtime's clock port and the agenda of the world around it. */
export interface SimulatedClock extends Clock {
  /** Milliseconds since the world began. */
  readonly elapsed: number;
  /** Does something when so much time has passed, whatever the clock shows then. */
  after(ms: number, act: () => void): void;
  /** Sets the clock forwards or backwards; nobody is woken before time goes on. */
  jump(byMs: number): void;
  /**
   * Says whether the clock was set back over this time. Whatever was decided at it, or waited for it, may have seen a later
   * time before: such times cannot be compared.
   */
  hasShownTwice(at: number): boolean;
  /** Lets time pass until something is due and does that, one thing only. False when nothing ever will be. */
  step(): boolean;
  /** Forgets who sleeps: their process has died. */
  forgetSleepers(): void;
  readonly sleepers: number;
}

interface Entry {
  readonly order: number;
  readonly act: () => void;
}

interface Sleeper extends Entry {
  /** When it is due, as the clock is set now. */
  readonly due: () => number;
  /** Lets go of the signal: the system keeps one that was made of others for as long as somebody listens to it. */
  readonly letGo: () => void;
}

interface Planned extends Entry {
  readonly due: number;
}

/** Where every simulation begins. */
export const worldStart = Date.UTC(2026, 0, 15, 12);

/** Makes the clock. */
export function createSimulatedClock(): SimulatedClock {
  let elapsed = 0;
  let offset = worldStart;
  let order = 0;
  const sleepers = new Set<Sleeper>();
  const agenda = new Set<Planned>();
  const setBack: { readonly from: number; readonly to: number }[] = [];
  const now = (): Millis => millis(elapsed + offset);

  const next = (): { readonly due: number; readonly entry: Entry } | null => {
    let first: { readonly due: number; readonly entry: Entry } | null = null;
    const offer = (due: number, entry: Entry) => {
      if (first === null || due < first.due || (due === first.due && entry.order < first.entry.order))
        first = { due, entry };
    };
    for (const planned of agenda) offer(planned.due, planned);
    for (const sleeper of sleepers) offer(Math.max(elapsed, sleeper.due()), sleeper);
    return first;
  };

  const sleepAs = (due: Sleeper["due"], signal: AbortSignal): Promise<void> => {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        due,
        order: order++,
        act() {
          sleepers.delete(sleeper);
          sleeper.letGo();
          resolve();
        },
        letGo: () => signal.removeEventListener("abort", sleeper.act),
      };
      sleepers.add(sleeper);
      signal.addEventListener("abort", sleeper.act);
    });
  };

  return {
    now,
    wallNow: now,
    sleepUntil: (at, signal) => (at <= now() ? Promise.resolve() : sleepAs(() => at - offset, signal)),
    sleep(ms, signal) {
      const due = elapsed + ms;
      return ms <= 0 ? Promise.resolve() : sleepAs(() => due, signal);
    },
    get elapsed() {
      return elapsed;
    },
    after(ms, act) {
      const planned: Planned = {
        due: elapsed + Math.max(0, Math.round(ms)),
        order: order++,
        act() {
          agenda.delete(planned);
          act();
        },
      };
      agenda.add(planned);
    },
    jump(byMs) {
      if (byMs < 0) setBack.push({ from: now(), to: now() + byMs });
      offset += byMs;
    },
    hasShownTwice: (at) => setBack.some(({ from, to }) => at >= to && at <= from),
    step() {
      const found = next();
      if (found === null) return false;
      elapsed = found.due;
      found.entry.act();
      return true;
    },
    forgetSleepers() {
      for (const sleeper of sleepers) sleeper.letGo();
      sleepers.clear();
    },
    get sleepers() {
      return sleepers.size;
    },
  };
}
