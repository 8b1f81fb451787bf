// Puts only the rows on the screen into the page, however many there are. The page is what
// scrolls: a box that scrolls within it would hide rows and catch the wheel.
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from "react";

/** Rows drawn beyond the screen on each side. */
const overscan = 8;
/** How far from the end more is asked for, in rows. */
const nearEnd = 20;

/** A column of rows. */
export function VirtualRows(props: {
  readonly count: number;
  /** Changes whenever a row does: only then heights are asked for again. */
  readonly version: unknown;
  readonly keyOf: (index: number) => string | number;
  readonly heightOf: (index: number, isNarrow: boolean) => number;
  readonly onVisible?: ((range: { readonly start: number; readonly end: number }) => void) | undefined;
  readonly onNearEnd?: (() => void) | undefined;
  readonly children: (index: number) => ReactNode;
}): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const isNarrow = useIsNarrow();

  // What stands above the list may change its height with any render; setting the same height again ends it.
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- there is no event for it
  useLayoutEffect(() => {
    const measured = (box.current?.getBoundingClientRect().top ?? 0) + window.scrollY;
    if (Math.abs(measured - top) >= 1) setTop(measured);
  });

  const rows = useWindowVirtualizer({
    count: props.count,
    getItemKey: props.keyOf,
    estimateSize: (index) => props.heightOf(index, isNarrow),
    overscan,
    scrollMargin: top,
  });
  useLayoutEffect(() => rows.measure(), [rows, props.version, isNarrow]);

  const items = rows.getVirtualItems();
  const start = items[0]?.index ?? 0;
  const end = items.at(-1)?.index ?? 0;
  const { onVisible, onNearEnd, count } = props;
  useEffect(() => {
    onVisible?.({ start, end });
    if (count > 0 && end >= count - nearEnd) onNearEnd?.();
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the callbacks are new with every render; only a move matters
  }, [start, end, count]);

  return (
    <div ref={box} role="rowgroup" className="relative" style={{ height: rows.getTotalSize() }}>
      {items.map((item) => (
        <div
          key={item.key}
          role="row"
          aria-rowindex={item.index + 2}
          className="absolute inset-x-0 border-b border-line last:border-b-0 focus-within:bg-raised hover:bg-raised"
          style={{ height: item.size, transform: `translateY(${item.start - top}px)` }}
        >
          {props.children(item.index)}
        </div>
      ))}
    </div>
  );
}

const narrow = window.matchMedia("(width < 48rem)");

function useIsNarrow(): boolean {
  const [isNarrow, setNarrow] = useState(narrow.matches);
  useEffect(() => {
    const follow = () => setNarrow(narrow.matches);
    narrow.addEventListener("change", follow);
    return () => narrow.removeEventListener("change", follow);
  }, []);
  return isNarrow;
}
