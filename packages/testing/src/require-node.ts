// Looked at before anything else is loaded: the store's addon ends an older Node with a fault of the processor, without a word.

const nodeMajorMin = 22;

/** Says what is wrong with a version of Node; null when nothing is. */
export function problemOfNode(version: string): string | null {
  const major = Number(version.split(".")[0]);
  if (major >= nodeMajorMin) return null;
  return `@stepwright/testing needs Node ${nodeMajorMin} or newer, this is ${version}; run the tests with a newer one (\`nvm install ${nodeMajorMin}\`, or "node" as a dev dependency)`;
}

const problem = problemOfNode(process.versions.node);
if (problem !== null) throw new Error(problem);
