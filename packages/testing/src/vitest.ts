// Importing it adds the matchers to vitest: `import "@stepwright/testing/vitest"`, in a test or in a setup file.
import { expect } from "vitest";
import { matchers, type StepwrightMatchers } from "./matchers/matchers.ts";

declare module "vitest" {
  interface Matchers<
    R extends void | Promise<void> = void | Promise<void>,
    T = unknown,
  > extends StepwrightMatchers<R> {}
}

expect.extend(matchers);
