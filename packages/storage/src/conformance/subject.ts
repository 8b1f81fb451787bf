// The store under test, and how tests talk to it.
import type { Effect, LeasedItem, Transition } from "@stepwright/engine";
import type { Millis } from "@stepwright/protocol";
import { expect, onTestFinished } from "vitest";
import type { CommitResult, LaneRoom, Storage, TransitionOutcome } from "../storage.ts";
import { lane, start } from "./samples.ts";

/** A store with no data in it, and the way to boot it again. */
export interface OpenedStorage {
  readonly storage: Storage;
  /** Closes the store and opens the same data as a new boot. Null for a store whose data ends with it. */
  readonly reopen: (() => Promise<Storage>) | null;
}

/** Opens an empty store that shares nothing with any other. */
export type OpenStorage = (o: { readonly now: Millis }) => Promise<OpenedStorage>;

/** Opens a store for the current test and closes it afterwards. */
export async function opened(open: OpenStorage): Promise<OpenedStorage> {
  const subject = await open({ now: start });
  onTestFinished(() => subject.storage.close());
  return subject;
}

/** Commits transitions, by default at `start` and without leasing. */
export function commit(
  storage: Storage,
  transitions: readonly Transition[],
  o: { readonly now?: Millis; readonly lease?: readonly LaneRoom[] } = {},
): Promise<CommitResult> {
  return storage.commit({ transitions, now: o.now ?? start, lease: o.lease ?? [] });
}

/** Commits effects as one transition that must go through, and returns the seqs of its events. */
export async function applied(storage: Storage, ...effects: readonly Effect[]): Promise<readonly number[]> {
  const { outcomes } = await commit(storage, [{ guards: [], effects }]);
  return eventSeqs(outcomes[0]);
}

/** Commits nothing but a request for leases. */
export async function lease(
  storage: Storage,
  o: { readonly now?: Millis; readonly room?: readonly LaneRoom[] } = {},
): Promise<readonly LeasedItem[]> {
  const result = await commit(storage, [], { now: o.now ?? start, lease: o.room ?? [{ lane, max: 100 }] });
  return result.leased;
}

/** The seqs of a transition that must have been committed. */
export function eventSeqs(outcome: TransitionOutcome | undefined): readonly number[] {
  expect(outcome).toMatchObject({ kind: "committed" });
  return outcome?.kind === "committed" ? outcome.eventSeqs : [];
}

/** What became of each transition, in a word. */
export function kinds(outcomes: readonly TransitionOutcome[]): readonly string[] {
  return outcomes.map((outcome) => outcome.kind);
}

/** The outcomes of a transition's children. */
export function childrenOf(outcome: TransitionOutcome | undefined): readonly TransitionOutcome[] {
  return outcome?.kind === "committed" ? outcome.children : [];
}

/** Whether a guard alone would let a transition through. */
export async function isLetThrough(storage: Storage, guard: Transition["guards"][number]): Promise<boolean> {
  const { outcomes } = await commit(storage, [{ guards: [guard], effects: [] }]);
  const [outcome] = outcomes;
  if (outcome?.kind === "rejected") expect(outcome.guard).toEqual(guard);
  else expect(outcome).toMatchObject({ kind: "committed" });
  return outcome?.kind === "committed";
}
