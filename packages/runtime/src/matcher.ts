// Reads what a match needs: the registered triggers from memory, the waiting pauses from their index.
import {
  acceptEvent,
  continueMatch,
  type EventRef,
  type LeasedItem,
  type MatchCursor,
  type MatchInput,
  type NewEvent,
  probesFor,
  type Registry,
  type StoredEvent,
  type Transition,
} from "@stepwright/engine";
import { eventJson, type JsonText, type Millis, parseJsonText, utf8Bytes } from "@stepwright/protocol";
import type { Storage } from "@stepwright/storage";
import { eventText } from "./event-payload.ts";
import { findInSlices, judgeInSlices } from "./judge-in-slices.ts";
import { pausesPerReadMax, stepsPerAcceptMax } from "./limits.ts";

/** Turns events into transitions. */
export interface Matcher {
  /** A new event with everything it causes. */
  accept(event: NewEvent & { readonly data: JsonText }): Promise<Transition>;
  /** The match of a stored event, from where it stands. */
  continue(item: LeasedItem, event: StoredEvent, cursor: MatchCursor): Promise<Transition>;
}

/** Makes the matcher. */
export function createMatcher(options: {
  readonly storage: Storage;
  readonly registry: () => Registry;
  readonly now: () => Millis;
  readonly newId: () => string;
}): Matcher {
  const inputFor = async (match: {
    readonly event: NewEvent;
    readonly text: JsonText;
    readonly ref: EventRef;
    readonly cursor: MatchCursor;
    readonly beforeSeq: number | null;
    readonly stepsMax: number;
  }): Promise<MatchInput> => {
    const { event } = match;
    const value = parseJsonText(match.text);
    const now = options.now();
    // Taken once: what is found in it holds as long as it does, which the commit checks.
    const registry = options.registry();
    const matchable = { name: event.name, value };
    const paths = await options.storage.pauses.paths(event.name);
    const probes = probesFor(paths, { name: event.name, value });
    const found = await options.storage.pauses.probe({
      eventName: event.name,
      paths,
      probes,
      now,
      afterSeq: match.cursor.pausesAfter,
      beforeSeq: match.beforeSeq,
      limit: pausesPerReadMax + 1,
    });
    const functions = match.cursor.functionsAfter === "done" ? [] : await findInSlices(registry, matchable, now);
    const candidates = found.pauses.slice(0, pausesPerReadMax);
    const judged = await judgeInSlices(candidates, {
      event: matchable,
      now,
      stepsMax: match.stepsMax,
    });
    const pauses = candidates.slice(0, judged.size);
    return {
      event: {
        internalId: event.internalId,
        id: event.id,
        name: event.name,
        ts: event.ts,
        value,
        length: utf8Bytes(match.text),
      },
      ref: match.ref,
      cursor: match.cursor,
      registry,
      matching: functions,
      pauses,
      judged,
      hasMorePauses: found.pauses.length > pauses.length,
      probes,
      highestPauseSeq: found.highestSeq,
      now,
      newId: options.newId,
    };
  };

  return {
    async accept(event) {
      const input = await inputFor({
        event,
        text: eventJson(event),
        ref: { kind: "inTransition", index: 0 },
        cursor: { functionsAfter: null, pausesAfter: 0 },
        beforeSeq: null,
        // Its sender waits: what is left goes on from a queue item.
        stepsMax: stepsPerAcceptMax,
      });
      return acceptEvent(input, event);
    },
    async continue(item, event, cursor) {
      const input = await inputFor({
        event,
        text: await eventText(options.storage, event),
        ref: { kind: "stored", seq: event.seq },
        cursor,
        beforeSeq: event.seq,
        stepsMax: Infinity,
      });
      return continueMatch(input, item);
    },
  };
}
