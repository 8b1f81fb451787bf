// Names of steps that both sides share: the id that the function gives, and which of several with the same id it is.
import { createHash } from "node:crypto";
import type { ApiStep } from "@stepwright/protocol";

/** More than any loop of a program has rounds. */
const roundsMax = 50;

/**
 * Names a step. The SDKs hash the id, with `:1`, `:2` … behind it where the same id comes again; so the hash tells
 * which one it is, whatever the order in which the server lists them.
 */
export function stepLabel({ id, name, kind }: Pick<ApiStep, "id" | "name" | "kind">): string {
  if (kind === "function") return "(function)";
  for (let index = 0; index < roundsMax; index += 1) {
    if (hashOf(index === 0 ? name : `${name}:${index}`) === id) return labelOf(name, index);
  }
  return `${name} (${id})`;
}

/** The label of the step that comes as the `index`th with its id, counted from 0. */
export function labelOf(id: string, index: number): string {
  return index === 0 ? id : `${id}:${index}`;
}

function hashOf(id: string): string {
  return createHash("sha1").update(id).digest("hex");
}
