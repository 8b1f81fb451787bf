// Importing it adds the matchers to jest: `import "@stepwright/testing/jest"`, in a test or as `setupFilesAfterEnv`.
// Jest gives this module to whoever asks for it in a test, installed or not, with global functions or without.
import { expect } from "@jest/globals";
import { matchers, type StepwrightMatchers } from "./matchers/matchers.ts";

// For `expect` of `@jest/globals`.
declare module "expect" {
  interface Matchers<R extends void | Promise<void>, T = unknown> extends StepwrightMatchers<R> {}
}

// For the global `expect` of `@types/jest`.
declare global {
  // oxlint-disable-next-line typescript/no-namespace -- `@types/jest` is one
  namespace jest {
    interface Matchers<R, T = object> extends StepwrightMatchers<R> {}
  }
}

expect.extend(matchers);
