// One commit: a batch of transitions in one transaction, each with its own outcome, and the leases that go with it.
import type { Transition } from "@stepwright/engine";
import type { CommitBatch, CommitResult, TransitionOutcome } from "@stepwright/storage";
import { applyEffect } from "./apply-effect.ts";
import { holds } from "./check-guard.ts";
import type { Connection } from "./connection.ts";
import type { EffectScope } from "./effect-scope.ts";
import { leaseRound, type LeaseRound } from "./lease-round.ts";
import { isRefusal, refusalOf } from "./refusal.ts";
import type { Tables } from "./tables.ts";
import { timeOrNull } from "./time-or-null.ts";

/**
 * Prepares the commit.
 *
 * It runs on the caller's thread, but for the wait for the disk (`log-sync.ts`). Measured on two shared cores with a step's
 * transition (two guards; step, span, run, item out, next item in and leased), p50 per commit: 0.16 ms alone, 0.7 ms for 8,
 * 2.8 ms for 32, 5.2 ms for 64. A worker thread would add 0.2 ms to each commit of one and 1.5 ms to
 * each of 64, of which 0.5 ms on the caller's thread for copying alone. So batches of up to 32 keep the event loop
 * free enough; checkpoints of the log, which took 5 to 10 ms of it, have a thread (`checkpoints.ts`).
 *
 * The returned function throws STORAGE_FULL, STORAGE_DAMAGED or STORAGE_UNAVAILABLE when the database refuses the
 * transaction as a whole; nothing of the batch is stored then.
 */
export function committer(
  db: Connection,
  tables: Tables,
  beforeCommit?: () => void,
): (batch: CommitBatch) => CommitResult {
  const begin = db.prepare("BEGIN IMMEDIATE");
  const end = db.prepare("COMMIT");
  const rollback = db.prepare("ROLLBACK");

  const forget = (): void => {
    // A full disk makes SQLite roll back by itself.
    if (db.inTransaction) rollback.run();
    tables.lanes.forget();
    tables.lines.forget();
    tables.gates.forget();
    tables.pauseIndex.paths.forget();
    tables.known.leases.forget();
    tables.known.runs.forget();
    tables.counters.reload();
  };

  const attempt = (batch: CommitBatch, apply: ApplyTransition): CommitResult => {
    begin.run();
    const round = leaseRound({ room: batch.lease, now: batch.now, nextAt: tables.lanes.nextAt });
    const outcomes = batch.transitions.map((transition) => apply({ batch, round, transition, inheritedEvents: [] }));
    const hasMore = tables.dispatch(round);
    const lanes = [...round.touched].map((lane) => ({ lane, nextAt: timeOrNull(tables.lanes.nextAt(lane)) }));
    tables.counters.flush();
    beforeCommit?.();
    end.run();
    return { outcomes, leased: round.leased(), lanes, hasMore };
  };

  const applyPlainly = plainly(tables);
  const applyIsolated = isolated(db, tables);
  return (batch) => {
    try {
      return attempt(batch, applyPlainly);
    } catch (error) {
      forget();
      // The database itself is at fault, so trying transition by transition would tell nothing.
      if (isRefusal(error)) throw refusalOf(error);
    }
    // One transition cannot be applied. Savepoints find out which; they cost 3 µs each, so the rule goes without.
    try {
      return attempt(batch, applyIsolated);
    } catch (error) {
      forget();
      if (isRefusal(error)) throw refusalOf(error);
      throw error;
    }
  };
}

interface Application {
  readonly batch: CommitBatch;
  readonly round: LeaseRound;
  readonly transition: Transition;
  readonly inheritedEvents: readonly number[];
}

type ApplyTransition = (application: Application) => TransitionOutcome;

/** Applies transitions without protection: an error anywhere is an error of the whole attempt. */
function plainly(tables: Tables): ApplyTransition {
  const apply: ApplyTransition = (application) => {
    const own = applyOwn(tables, application);
    return own.kind === "committed" ? withChildren(application, own, apply) : own;
  };
  return apply;
}

/** Applies each transition, and each child, under a savepoint of its own. */
function isolated(db: Connection, tables: Tables): ApplyTransition {
  const savepoint = db.prepare("SAVEPOINT transition");
  const release = db.prepare("RELEASE transition");
  const rollbackTo = db.prepare("ROLLBACK TO transition");
  const apply: ApplyTransition = (application) => {
    savepoint.run();
    const undo = [
      tables.counters.mark(),
      application.round.mark(),
      tables.gates.mark(),
      tables.lanes.forget,
      tables.lines.forget,
      tables.pauseIndex.paths.forget,
      tables.known.leases.forget,
      tables.known.runs.forget,
    ];
    let own: OwnOutcome;
    try {
      own = applyOwn(tables, application);
    } catch (error) {
      if (isRefusal(error) || !db.inTransaction) throw error;
      rollbackTo.run();
      release.run();
      for (const step of undo) step();
      return { kind: "failed", error: error instanceof Error ? error : new Error(String(error)) };
    }
    release.run();
    return own.kind === "committed" ? withChildren(application, own, apply) : own;
  };
  return apply;
}

type OwnOutcome =
  | Omit<Extract<TransitionOutcome, { kind: "committed" }>, "children">
  | Extract<TransitionOutcome, { kind: "rejected" }>;

function applyOwn(tables: Tables, application: Application): OwnOutcome {
  const { batch, round, transition, inheritedEvents } = application;
  const failed = transition.guards.find((guard) => !holds(tables, guard));
  const scope: EffectScope = { now: batch.now, round, ownEvents: [], inheritedEvents, admitted: [] };
  if (failed !== undefined) {
    for (const effect of transition.otherwise ?? []) applyEffect(tables, scope, effect);
    return { kind: "rejected", guard: failed };
  }
  for (const effect of transition.effects) applyEffect(tables, scope, effect);
  return { kind: "committed", eventSeqs: scope.ownEvents, admitted: scope.admitted };
}

function withChildren(
  application: Application,
  own: Extract<OwnOutcome, { kind: "committed" }>,
  apply: ApplyTransition,
): TransitionOutcome {
  const inheritedEvents = own.eventSeqs.length > 0 ? own.eventSeqs : application.inheritedEvents;
  const children = (application.transition.children ?? []).map((transition) =>
    apply({ ...application, transition, inheritedEvents }),
  );
  return { ...own, children };
}
