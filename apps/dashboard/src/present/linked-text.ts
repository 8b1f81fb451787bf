// Finds the runs and events that a sentence of the server names, so that the page can link them.

/** A piece of a sentence. */
export type LinkedPart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "run"; readonly runId: string }
  | { readonly kind: "storedEvent"; readonly eventId: string };

// Ids are ULIDs; the noun before one says what it is of.
const named = /\b(run|event) ([0-9A-HJKMNP-TV-Z]{26})\b/g;

/** Splits a sentence at the ids in it; the nouns before them stay with the text. */
export function linkedText(sentence: string): readonly LinkedPart[] {
  const parts: LinkedPart[] = [];
  let from = 0;
  for (const { 1: noun = "", 2: id = "", index } of sentence.matchAll(named)) {
    const idAt = index + noun.length + 1;
    parts.push({ kind: "text", text: sentence.slice(from, idAt) });
    parts.push(noun === "run" ? { kind: "run", runId: id } : { kind: "storedEvent", eventId: id });
    from = idAt + id.length;
  }
  return from === sentence.length ? parts : [...parts, { kind: "text", text: sentence.slice(from) }];
}

/** Begins a sentence with a capital letter. */
export function capitalized(sentence: string): string {
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`;
}
