// What of a run and of an event can be searched for.
import { jsonValues } from "./json-values.ts";
import { wordsOf } from "./words.ts";

/**
 * Characters of one payload, output or error that can be searched for, and of all of them together. Somebody who looks for a run
 * knows something short about it; whole documents would make the index as large as the data, and one run cost as much as a thousand.
 */
const partMax = 8_192;
const documentMax = 16_384;
/** A longer word is a key, a picture or a hash: nobody types it, and each would be a word of its own in the index. */
const wordMax = 128;

/** The parts of an event that can be searched for. */
interface EventText {
  readonly id: string;
  readonly internalId: string;
  readonly name: string;
  /** May be cut off. */
  readonly data: string | null;
}

/** The parts of a run that can be searched for; JSON texts may be cut off. */
export interface RunText {
  readonly functionSlug: string;
  readonly output: string | null;
  readonly error: string | null;
  /** What attempts and steps of it have failed with. */
  readonly failures: readonly string[];
  /** The events that started it. */
  readonly events: readonly EventText[];
}

/** Lists the words of a run: function, what it returned or failed with, and the events that started it. */
export function runDocument(run: RunText): readonly string[] {
  const errors = [...new Set([...(run.error === null ? [] : [run.error]), ...run.failures])];
  return wordsOfParts([
    [run.functionSlug],
    ...errors.map((error) => jsonValues(error, { lengthMax: partMax, without: "stack" })),
    // A failed run has its error as output once more.
    ...(run.error === null && run.output !== null ? [jsonValues(run.output, { lengthMax: partMax })] : []),
    ...run.events.map(eventParts),
  ]);
}

/** Lists the words of an event: its name, its id if the sender gave it one, and its data. */
export function eventDocument(event: EventText): readonly string[] {
  return wordsOfParts([eventParts(event)]);
}

/** An id of our own is not among the words: it is found by the index that is there, and would make this one half as large again. */
function eventParts({ id, internalId, name, data }: EventText): readonly string[] {
  return [name, ...(id === internalId ? [] : [id]), ...(data === null ? [] : jsonValues(data, { lengthMax: partMax }))];
}

function wordsOfParts(parts: readonly (readonly string[])[]): readonly string[] {
  const words: string[] = [];
  let left = documentMax;
  for (const text of parts.flat()) {
    if (left <= 0) break;
    for (const word of wordsOf(text.slice(0, left))) if (word.length <= wordMax) words.push(word);
    left -= text.length + 1;
  }
  return words;
}
