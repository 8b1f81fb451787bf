// Writes docs/compatibility.md from the list of features.
import { type Feature, features, type Proof } from "./features.ts";

const columns = ["v3", "v4", "python", "go"] as const;

/** The text of the page. */
export function compatibilityPage(): string {
  return `# Compatibility

What the published SDKs do with Stepwright, unchanged. Every ✓ leads to the test that proves it, which runs the SDK as it is published against the real server.
The versions are those that [package.json](../packages/e2e/package.json), [requirements.txt](../packages/e2e/test/apps/python/requirements.txt) and
[go.mod](../packages/e2e/test/apps/go/go.mod) pin.

| | JavaScript v3 | JavaScript v4 | Python | Go |
|---|---|---|---|---|
${features.map(rowText).join("\n")}

Go is tested in three forms: plain, with checkpointing and with streaming; Python plain and with streaming.

What is different from the reference on purpose is in [differences.ts](../packages/e2e/test/contract/differences.ts), each with its reason.
Two things are ours to do because a published SDK leaves them open: a state too large for a call is sent whole to Go, whose SDK does not fetch it, and what Go says in a
streamed answer beside its body counts as if it were a header.

This page is written by \`pnpm --filter @stepwright/e2e run docs\`; a test checks that it is current and that every test it names is there.
`;
}

function rowText(feature: Feature): string {
  return `| ${feature.name} | ${columns.map((column) => cell(feature[column])).join(" | ")} |`;
}

function cell(proof: Proof | string): string {
  return typeof proof === "string" ? proof : `[✓](../packages/e2e/test/${proof[0]} "${proof[1]}")`;
}
