// Looked at before anything else is loaded: the store's addon ends an older Node with a fault of the processor, without a word.

/** What the server needs as well: its addon, and what libraries expect of Node. */
const [majorMin, minorMin] = [22, 18];

/** Says what is wrong with a version of Node; null when nothing is. */
export function problemOfNode(version: string): string | null {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > majorMin || (major === majorMin && minor >= minorMin)) return null;
  return `@stepwright/testing needs Node ${majorMin}.${minorMin} or newer, this is ${version}; run the tests with a newer one (\`nvm install ${majorMin}\`, or "node" as a dev dependency)`;
}

/** What the engine and the SDK use of it, and environments that play a browser do not have. */
const needed = ["fetch", "Request", "Response", "AbortSignal", "TextEncoder", "structuredClone", "setImmediate"];

/** Says what is missing among the globals; null when nothing is. */
export function problemOfGlobals(globals: object): string | null {
  const missing = needed.filter((name) => !(name in globals));
  if (missing.length === 0) return null;
  return `@stepwright/testing needs what Node has, and here is no ${missing.join(", ")}: the test runs as if in a browser; put \`/** @jest-environment node */\` or \`// @vitest-environment node\` at the top of its file`;
}

const problem = problemOfNode(process.versions.node) ?? problemOfGlobals(globalThis);
if (problem !== null) throw new Error(problem);
