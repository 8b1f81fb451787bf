// Metadata comes in: it is checked against its limits and stored with its run, whether that has ended or not.
import type { MetadataChange } from "@stepwright/engine";
import {
  canonicalJson,
  metadataBytesMax,
  metadataTooLarge,
  type RunId,
  runMetadataBytesMax,
  runNotFound,
} from "@stepwright/protocol";
import type { Committer } from "./committer.ts";
import type { Shell } from "./shell.ts";
import { refuseFailed } from "./storage-trouble.ts";

/** Stores the changes in one commit. RUN_NOT_FOUND, METADATA_TOO_LARGE. */
export async function putMetadata(
  { ports }: Shell,
  committer: Committer,
  runId: RunId,
  changes: readonly MetadataChange[],
): Promise<void> {
  const { runs } = ports.storage;
  if ((await runs.get(runId)) === null) throw runNotFound({ runId });
  const sizes = changes.map(({ values }) => Buffer.byteLength(canonicalJson(values)));
  const largest = Math.max(0, ...sizes);
  if (largest > metadataBytesMax) throw metadataTooLarge({ bytes: largest, max: metadataBytesMax });
  const known = (await runs.metadata(runId)).reduce((sum, { values }) => sum + Buffer.byteLength(values), 0);
  const bytes = sizes.reduce((sum, size) => sum + size, known);
  if (bytes > runMetadataBytesMax) throw metadataTooLarge({ bytes, max: runMetadataBytesMax });
  const at = ports.clock.now();
  const effects = changes.map(
    (change) => ({ kind: "changeMetadata", runId, change, bytesMax: runMetadataBytesMax, at }) as const,
  );
  refuseFailed(await committer.submit({ guards: [], effects }));
}
