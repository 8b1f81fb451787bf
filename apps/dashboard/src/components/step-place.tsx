// Where the chosen step stands: beside the steps and always on the screen, or on a narrow screen over its lower part.
// A run may have a thousand steps, and whoever chose one must not look for it below them all.
import { useEffect, useRef, type ReactNode } from "react";
import { useRunPageChange } from "./run-source.tsx";
import { stepLinkId } from "./waterfall.tsx";

/** Holds the panel of a step. It takes the focus when a step is chosen; Escape closes it and gives the focus back. */
export function StepPlace(props: {
  readonly runId: string;
  readonly stepId: string;
  readonly children: ReactNode;
}): ReactNode {
  const { runId, stepId } = props;
  const box = useRef<HTMLDivElement>(null);
  const change = useRunPageChange(runId);
  useEffect(() => {
    const link = document.getElementById(stepLinkId(stepId));
    // Only from its own link: the page may have come from elsewhere, with the step in its address.
    if (link === null || link !== document.activeElement) return;
    box.current?.focus({ preventScroll: true });
    // On a narrow screen its row may lie below what has just come over it.
    link.scrollIntoView({ block: "nearest" });
  }, [stepId]);
  return (
    <div
      ref={box}
      tabIndex={-1}
      role="group"
      aria-label="Chosen step"
      onKeyDown={(event) => {
        // A dialog that was opened from here has an Escape of its own.
        const isInDialog = event.target instanceof Element && event.target.closest("dialog") !== null;
        if (event.key !== "Escape" || isInDialog) return;
        change({ step: undefined });
        document.getElementById(stepLinkId(stepId))?.focus();
      }}
      className="overflow-y-auto overscroll-contain rounded-lg outline-none max-lg:fixed max-lg:inset-x-0 max-lg:bottom-0 max-lg:z-30 max-lg:max-h-[60dvh] max-lg:border-t max-lg:border-edge max-lg:shadow-2xl lg:sticky lg:top-16 lg:max-h-[calc(100dvh-5rem)]"
    >
      {props.children}
    </div>
  );
}
