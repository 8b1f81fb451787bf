// On a Node that is too old for the store, a sentence is said before the store is loaded: it would end the process without one.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const asOldNode = `
  Object.defineProperty(process.versions, "node", { value: "20.19.0" });
  process.dlopen = () => console.log("the store was loaded");
`;
const sentence = /^@stepwright\/testing needs Node 22.18 or newer, this is 20\.19\.0; run the tests with a newer one/;

test.each([
  ["import", `import("@stepwright/testing")`],
  ["require", `Promise.resolve().then(() => require("@stepwright/testing"))`],
])("by %s", async (_how, load) => {
  const use = `${load}.then(({ createTestEngine }) => createTestEngine()).catch(({ message }) => console.log(message))`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--eval", `${asOldNode} ${use}`], {
    cwd: import.meta.dirname,
  });
  expect(stdout).toMatch(sentence);
  expect(stdout).not.toContain("the store was loaded");
});
