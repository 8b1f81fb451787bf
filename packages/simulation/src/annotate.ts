// People who attach metadata to runs of a simulated world, and take it away again.
//
// Whatever is attached counts itself: the number under `userland.count` is that of the notes under `userland.notes` at every
// moment, as both are changed together.
import type { RunId } from "@stepwright/protocol";
import type { Runtime } from "@stepwright/runtime";
import type { LoadAction } from "./load.ts";
import type { PeopleOptions } from "./people.ts";
import type { Note } from "./records.ts";

type Change = Parameters<Runtime["putMetadata"]>[1][number];

/** The kinds of metadata that people attach. */
export const noteKinds = { notes: "userland.notes", count: "userland.count", last: "userland.last" } as const;

/** Does it to some run, if there is one. */
export async function annotate(
  options: PeopleOptions,
  { takesAway }: Extract<LoadAction["what"], { kind: "annotate" }>,
): Promise<void> {
  const runs = options.view().all<{ id: RunId }>("SELECT id FROM runs ORDER BY row");
  if (runs.length === 0) return;
  if (takesAway) await forget(options);
  else await attach(options, options.chance.pick(runs).id);
}

async function attach(options: PeopleOptions, runId: RunId): Promise<void> {
  const { records, coverage } = options;
  const n = nextMoment(options);
  const note: Note = { n, askedAs: n, doneAs: null, isUnwanted: false, isForgotten: false };
  records.notes.set(runId, [...(records.notes.get(runId) ?? []), note]);
  const isDone = await change(options, runId, [
    { ...ofRun, kind: noteKinds.notes, op: "merge", values: { [`n${n}`]: n } },
    { ...ofRun, kind: noteKinds.count, op: "add", values: { count: 1 } },
    { ...ofRun, kind: noteKinds.last, op: "set", values: { n } },
  ]);
  if (!isDone) return;
  note.doneAs = nextMoment(options);
  coverage.count("feature metadata");
  options.onAnnotated(runId);
}

async function forget(options: PeopleOptions): Promise<void> {
  const { records, chance, coverage } = options;
  const kept = [...records.notes].flatMap(([runId, notes]) =>
    notes.flatMap((note) => (note.doneAs === null || note.isUnwanted ? [] : [{ runId: runId as RunId, note }])),
  );
  if (kept.length === 0) return;
  const { runId, note } = chance.pick(kept);
  note.isUnwanted = true;
  const isDone = await change(options, runId, [
    { ...ofRun, kind: noteKinds.notes, op: "delete", values: { [`n${note.n}`]: null } },
    { ...ofRun, kind: noteKinds.count, op: "add", values: { count: -1 } },
  ]);
  if (!isDone) return;
  note.isForgotten = true;
  coverage.count("feature metadata taken away");
  options.onAnnotated(runId);
}

const ofRun = { target: { stepId: null, attempt: null, spanId: null } } as const;

async function change({ server, say }: PeopleOptions, runId: RunId, changes: readonly Change[]): Promise<boolean> {
  const asked = await server.ask((runtime) => runtime.putMetadata(runId, changes));
  say(`metadata of ${runId}: ${asked.kind}`);
  return asked.kind === "answered";
}

/** Numbers moments, and with them what is attached. */
function nextMoment({ records }: PeopleOptions): number {
  return (records.noteMoments += 1);
}
