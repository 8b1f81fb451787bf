// A place to drop a file, with a button to choose one.
import { useState, type ReactNode } from "react";
import { buttonClass } from "./ui/button.tsx";

/** The button. It is the file field of the browser, so that it works by keyboard and is read aloud as one. */
export function FileButton(props: {
  readonly label: string;
  readonly look: "primary" | "plain";
  readonly onFile: (file: File) => void;
}): ReactNode {
  return (
    <label
      className={`${buttonClass(props.look)} cursor-pointer focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-fill`}
    >
      {props.label}
      <input
        type="file"
        accept=".json,application/json"
        className="sr-only"
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          if (file !== undefined) props.onFile(file);
          // The same file can be chosen again: the test that writes it has been run once more.
          target.value = "";
        }}
      />
    </label>
  );
}

/** Takes a file that is dropped anywhere on its content. */
export function DropZone(props: { readonly onFile: (file: File) => void; readonly children: ReactNode }): ReactNode {
  const [isOver, setOver] = useState(false);
  return (
    <div
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        // Moving onto something within is no leaving.
        if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget))) setOver(false);
      }}
      onDrop={(event) => {
        const [file] = event.dataTransfer.files;
        if (file === undefined) return;
        event.preventDefault();
        setOver(false);
        props.onFile(file);
      }}
      className={`min-h-[60dvh] rounded-lg ${isOver ? "outline-2 outline-offset-4 outline-fill outline-dashed" : ""}`}
    >
      {props.children}
    </div>
  );
}
