// What a commit is given to start a function whose flow control has a say in it: everything that can be known before,
// so that the commit itself only looks at the rows that others may have changed.
import type { EventId, FunctionId, Millis } from "@stepwright/protocol";
import type { Transition } from "../effects.ts";
import type { EventRef } from "../event.ts";
import type { Invoker, Run } from "../run.ts";
import type { Batcher, OpenBatch } from "./batch.ts";
import type { Debouncer, DebounceWindow } from "./debounce.ts";
import type { RateLimiter } from "./rate-limit.ts";
import type { SingletonLock } from "./singleton.ts";

/** A start that asks to be let in. */
export interface Admission {
  readonly functionId: FunctionId;
  readonly event: {
    readonly ref: EventRef;
    readonly internalId: EventId;
    readonly ts: Millis;
    /** Bytes of its text. */
    readonly length: number;
  };
  readonly invokedBy: Invoker | null;
  /** A start or a batched event with the same key was let in before: this one is a repetition. */
  readonly key: { readonly text: string; readonly expiresAt: Millis } | null;
  readonly batcher: Batcher | null;
  readonly limiter: RateLimiter | null;
  /** The key of the rate limit that could not be evaluated: nothing is started (semantics.md §4.4). */
  readonly keyError: { readonly option: RateLimiter["option"]; readonly message: string } | null;
  readonly debouncer: Debouncer | null;
  readonly lock: SingletonLock | null;
  /** What happens when nothing is in the way. */
  readonly start: { readonly run: Run; readonly transition: Transition };
  /** Ids for the events of a run that this one takes the place of. */
  readonly spareIds: readonly string[];
}

/** What the commit finds. */
export interface AdmissionState {
  readonly isKeyFree: boolean;
  readonly arrivalAt: number | null;
  /** The window of the bucket that has not fired yet. */
  readonly window: DebounceWindow | null;
  /** The batch of the bucket that still takes events. */
  readonly batch: OpenBatch | null;
  /** The run that has the lock. */
  readonly holder: Run | null;
}

/** Names of the rows to look at; null where there is nothing to look for. */
export interface AdmissionKeys {
  readonly key: string | null;
  readonly limiterId: string | null;
  readonly debounceBucket: string | null;
  readonly batchBucket: string | null;
  readonly lockId: string | null;
}

/** Says which rows decide about an admission. */
export function admissionKeys(admission: Admission): AdmissionKeys {
  return {
    key: admission.key?.text ?? null,
    limiterId: admission.limiter?.id ?? null,
    debounceBucket: admission.debouncer?.bucket ?? null,
    batchBucket: admission.batcher?.bucket ?? null,
    lockId: admission.lock?.id ?? null,
  };
}
