// What user code has attached: scores as figures, everything else as JSON under its kind.
import type { ReactNode } from "react";
import { scoreText, type MetadataView } from "../present/metadata.ts";
import { JsonView } from "./json-view.tsx";
import { Facts, Panel, Part } from "./ui/panel.tsx";

/** Says whether there is anything to show. */
export function hasMetadata({ scores, kinds }: MetadataView): boolean {
  return scores.length + kinds.length > 0;
}

/** The panel of a run. */
export function MetadataPanel({ view }: { readonly view: MetadataView }): ReactNode {
  if (!hasMetadata(view)) return null;
  return (
    <Panel title={view.kinds.length === 0 ? "Scores" : "Metadata"}>
      <MetadataParts view={view} />
    </Panel>
  );
}

/** The same as parts of a panel that is there already. */
export function MetadataParts({ view }: { readonly view: MetadataView }): ReactNode {
  return (
    <>
      {view.scores.length === 0 ? null : (
        <Part title="Scores">
          <Facts facts={view.scores.map(({ name, value }) => [name, <strong key={name}>{scoreText(value)}</strong>])} />
        </Part>
      )}
      {view.kinds.map(({ key, title, values }) => (
        <Part key={key} title={title}>
          <JsonView value={{ ...values }} what={title} />
        </Part>
      ))}
    </>
  );
}
