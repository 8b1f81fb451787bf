// Apps that nobody listens for: their calls are held instead of being spent, somebody knocks until there is an answer,
// and then the calls come back slowly.
import { type AppId, type Millis, millis } from "@stepwright/protocol";
import type { Logger } from "pino";
import { knockEveryMaxMs, knockEveryMinMs, rampMs } from "./limits.ts";
import { onAbort } from "./on-abort.ts";
import type { Clock } from "./ports.ts";

/** Who can be reached. */
export interface AppReach {
  /** How many calls of the app may be in flight: none while nobody listens for it, few when it is just back. */
  roomFor(appId: AppId): number;
  /**
   * A call found nobody. True when it counts as not made: it should be put back where it was.
   *
   * False when every refusal is to count, or the app has been waited for long enough.
   */
  refused(appId: AppId, o: { readonly url: string; readonly reason: string }): boolean;
  /** The app has taken a call. */
  answered(appId: AppId): void;
  /** The app has told of itself: it is looked at without waiting for the next knock. */
  heardFrom(appId: AppId): void;
  /** Why the app's calls are held; null when they are not. */
  heldBecause(appId: AppId): string | null;
}

interface Absence {
  since: Millis;
  /** Calls that may be in flight; 0 while somebody knocks. */
  room: number;
  /** Its room grows with time. */
  isRamping: boolean;
  readonly url: string;
  readonly reason: string;
  /** Ends the present sleep between two knocks. */
  hurry: AbortController;
}

/**
 * Makes the book of absent apps.
 *
 * A connection that is refused runs no code, so a call that meets one is no attempt: a deployment of a minute would
 * otherwise fail every run that has less than that in retries, and a day all of them. What is known to be refused is not
 * even tried: 100,000 calls that wait for an app cost one connection every `knockEveryMaxMs`. When it is back, calls in
 * flight double with every `rampMs`, and grow by one with each that is answered, so that what has just started is not
 * given at once what it was never given before.
 */
export function createAppReach(o: {
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly fraction: () => number;
  readonly isReachable: (url: string) => Promise<boolean>;
  readonly callsMax: number;
  /** How long an app is waited for; 0 counts every refusal. */
  readonly waitMs: number;
  /** An app's room has changed. */
  readonly onRoom: () => void;
}): AppReach {
  const absences = new Map<AppId, Absence>();
  const endOf = (absence: Absence): Millis => millis(absence.since + o.waitMs);

  const knock = async (appId: AppId, absence: Absence): Promise<void> => {
    for (let tries = 0; ; tries += 1) {
      await pause(absence, Math.min(knockEveryMaxMs, knockEveryMinMs * 2 ** tries) * (1 + 0.1 * o.fraction()));
      if (o.signal.aborted) return;
      const isOver = o.clock.now() >= endOf(absence);
      const isBack = await o.isReachable(absence.url);
      if (o.signal.aborted) return;
      if (isBack) o.log.info({ appId, url: absence.url }, "app can be reached again; its calls go out");
      else if (isOver)
        o.log.error({ appId, url: absence.url }, "app was waited for long enough; its calls go out and count");
      if (isBack || isOver) break;
    }
    setRoom(absence, 1);
    await ramp(appId, absence);
  };

  /** Sleeps, but not past the end of the wait, and not when there is reason to hurry. */
  const pause = async (absence: Absence, ms: number): Promise<void> => {
    absence.hurry = new AbortController();
    const { hurry } = absence;
    const leave = onAbort(o.signal, () => hurry.abort());
    await o.clock.sleep(Math.min(Math.round(ms), endOf(absence) - o.clock.now()), hurry.signal);
    leave();
  };

  /** What is past its wait goes on one call at a time, each of which costs a run an attempt: only an answer lets it grow again. */
  const ramp = async (appId: AppId, absence: Absence): Promise<void> => {
    if (absence.isRamping) return;
    absence.isRamping = true;
    while (absence.room > 0 && absences.get(appId) === absence && !isOverdue(absence)) {
      await o.clock.sleep(rampMs, o.signal);
      if (o.signal.aborted || absence.room === 0) break;
      if (!isOverdue(absence)) grow(appId, absence, absence.room * 2);
    }
    absence.isRamping = false;
  };

  const isOverdue = (absence: Absence): boolean => o.clock.now() >= endOf(absence);
  const setRoom = (absence: Absence, room: number): void => {
    absence.room = room;
    o.onRoom();
  };
  const grow = (appId: AppId, absence: Absence, room: number): void => {
    if (room >= o.callsMax) absences.delete(appId);
    setRoom(absence, room);
  };

  return {
    roomFor: (appId) => absences.get(appId)?.room ?? o.callsMax,
    refused(appId, { url, reason }) {
      if (o.waitMs === 0) return false;
      const known = absences.get(appId);
      if (known !== undefined && isOverdue(known)) return false;
      if (known?.room === 0) return true;
      const absence = { since: o.clock.now(), room: 0, isRamping: false, url, reason, hurry: new AbortController() };
      absences.set(appId, known === undefined ? absence : { ...absence, since: known.since });
      o.log.warn({ appId, url, reason }, "app cannot be reached; its calls wait");
      void knock(appId, absences.get(appId) ?? absence);
      return true;
    },
    answered(appId) {
      const absence = absences.get(appId);
      if (absence === undefined || absence.room === 0) return;
      absence.since = o.clock.now();
      grow(appId, absence, absence.room + 1);
      void ramp(appId, absence);
    },
    heardFrom(appId) {
      const absence = absences.get(appId);
      if (absence?.room === 0) absence.hurry.abort();
    },
    heldBecause(appId) {
      const absence = absences.get(appId);
      return absence?.room === 0 ? absence.reason : null;
    },
  };
}
