// `/open`: a run from a file, which a test or a person has saved. The file stays in the browser: the server never sees it.
import type { SavedRun } from "@stepwright/protocol";
import { getRouteApi } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { whenReachable } from "../api/load-page.ts";
import { createStore, useStore } from "../api/store.ts";
import { DropZone, FileButton } from "../components/choose-file.tsx";
import { FileSource } from "../components/run-source.tsx";
import { RunView } from "../components/run-view.tsx";
import { Button } from "../components/ui/button.tsx";
import { Empty } from "../components/ui/note.tsx";
import { Absolute } from "../components/ui/time.tsx";

const route = getRouteApi("/open");

interface OpenedFile {
  readonly name: string;
  readonly saved: SavedRun;
}

/** What is open, so that it still is when Back leads here. A reload forgets it, as a page cannot read files by itself. */
const opened = createStore<OpenedFile | null>(null);

/** The page. */
export function OpenPage(): ReactNode {
  const file = useStore(opened);
  const [problem, setProblem] = useState<string | null>(null);
  const navigate = route.useNavigate();
  const open = async (chosen: File) => {
    const { readSavedRun } = await whenReachable(() => import("../api/read-saved-run.ts"));
    const read = await readSavedRun(chosen);
    if (read.kind === "rejected") {
      setProblem(`${chosen.name}: ${read.reason}.`);
      return;
    }
    setProblem(null);
    opened.set({ name: chosen.name, saved: read.saved });
    // The step that was chosen belongs to the file before.
    await navigate({ search: {}, replace: true });
  };
  const onFile = (chosen: File) => void open(chosen);
  return (
    <DropZone onFile={onFile}>
      {problem === null ? null : (
        <p
          role="alert"
          className="mb-4 rounded-lg border border-bad-line bg-bad-soft px-3 py-2.5 font-medium break-words text-bad"
        >
          {problem}
        </p>
      )}
      {file === null ? <NoFile onFile={onFile} /> : <Opened file={file} onFile={onFile} />}
    </DropZone>
  );
}

function NoFile({ onFile }: { readonly onFile: (file: File) => void }): ReactNode {
  return (
    <Empty isPage title="Open a saved run">
      <title>Open a saved run · Stepwright</title>
      <p>
        Drop a file here that <code>@stepwright/testing</code> has saved: of a run that a test failed on, or by{" "}
        <code>saveRun</code>. It stays in this browser.
      </p>
      <p className="mt-3">
        <FileButton look="primary" label="Choose a file" onFile={onFile} />
      </p>
    </Empty>
  );
}

function Opened(props: { readonly file: OpenedFile; readonly onFile: (file: File) => void }): ReactNode {
  const search = route.useSearch();
  const { name, saved } = props.file;
  return (
    <FileSource savedAt={saved.savedAt}>
      <section
        aria-label="Where this run is from"
        className="mb-4 flex flex-wrap items-center justify-between gap-x-4 gap-y-2 rounded-lg border border-dashed border-edge bg-raised px-3 py-2.5"
      >
        <div className="min-w-0">
          <p className="font-medium break-words">
            From the file <code className="break-all">{name}</code>
          </p>
          <p className="text-xs break-words text-muted">
            {saved.test === null ? null : `Test: ${saved.test}. `}
            It is shown as it was at <Absolute at={saved.savedAt} /> by its own clock; this server does not know it.
          </p>
        </div>
        <div className="flex flex-wrap gap-2">
          <FileButton look="plain" label="Open another file" onFile={props.onFile} />
          <Button onClick={() => opened.set(null)}>Close</Button>
        </div>
      </section>
      <RunView key={saved.run.id} run={saved.run} search={search} actions={null} />
    </FileSource>
  );
}
