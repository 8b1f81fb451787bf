// `matches`: RE2 syntax in linear time, with a limit on the pattern and on the text.
import { RE2JS } from "re2js";
import type { Frame } from "./frame.ts";
import { spend } from "./frame.ts";
import { cachedPatternsMax, matchedCharsMax, patternCharsMax, patternProgramMax } from "./limits.ts";
import { createLru } from "./lru.ts";
import { Failure } from "./values.ts";

const compiled = createLru<RE2JS | Failure>({
  entriesMax: cachedPatternsMax,
  charsMax: cachedPatternsMax * patternCharsMax,
});

/** Tests whether the pattern matches anywhere in the text. */
export function matchesPattern(text: string, pattern: string, frame: Frame): boolean | Failure {
  if (text.length > matchedCharsMax)
    return new Failure(`matches() searches at most ${matchedCharsMax} characters, not ${text.length}`);
  const regex = compiled.get(pattern) ?? compilePattern(pattern, frame);
  if (regex instanceof Failure) return regex;
  // At worst every instruction is tried at every character, some 3 ns each: 64 K characters
  // and 1000 instructions took 175 ms.
  return spend(frame, 1 + ((text.length * regex.programSize()) >> 7)) && regex.test(text);
}

function compilePattern(pattern: string, frame: Frame): RE2JS | Failure {
  if (pattern.length > patternCharsMax)
    return new Failure(`a pattern has at most ${patternCharsMax} characters, not ${pattern.length}`);
  if (!spend(frame, 100 + pattern.length)) return new Failure("the budget is exhausted");
  const regex = parsePattern(pattern);
  compiled.set(pattern, regex);
  return regex;
}

function parsePattern(pattern: string): RE2JS | Failure {
  try {
    const regex = RE2JS.compile(pattern);
    return regex.programSize() > patternProgramMax
      ? new Failure(`the pattern ${pattern} is too large when its repeats are written out`)
      : regex;
  } catch (error) {
    return new Failure(`the pattern ${pattern} is invalid: ${error instanceof Error ? error.message : String(error)}`);
  }
}
