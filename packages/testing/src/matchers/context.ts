// What vitest and jest give to a matcher, and what they take from it: the part that both of them share.

/** `this` of a matcher. */
export interface MatcherContext {
  readonly isNot?: boolean;
  readonly currentTestName?: string | undefined;
  readonly testPath?: string | undefined;
  readonly customTesters?: readonly unknown[];
  equals(a: unknown, b: unknown, customTesters?: never): boolean;
  readonly utils: {
    diff(expected: unknown, received: unknown): string | null | undefined;
    printExpected(value: unknown): string;
    printReceived(value: unknown): string;
  };
}

/** What a matcher returns. The message is only asked for when the assertion has failed. */
export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/** Compares as `toEqual` does; asymmetric matchers such as `expect.objectContaining` may stand anywhere in `expected`. */
export function isEqual(context: MatcherContext, received: unknown, expected: unknown): boolean {
  return context.equals(received, expected, context.customTesters as never);
}
