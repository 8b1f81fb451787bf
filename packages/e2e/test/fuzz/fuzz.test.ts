// A short look with random requests at every endpoint, in both modes; and proof that a defect would be found.
// `pnpm --filter @stepwright/e2e fuzz --minutes 10` looks for longer.
import { describe, expect, test } from "vitest";
import { useScope } from "../harness/scope.ts";
import { runCampaign } from "./campaign.ts";
import { type MutationName, mutations } from "./mutations.ts";
import { nameOf } from "./operation.ts";

const scope = useScope();
const requests = 1_000;
const seed = 20_261_126;

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, number) => number);

test.each(["dev", "start"] as const)(
  "no request breaks a server in %s mode, and every answer is as described",
  { timeout: 180_000 },
  async (mode) => {
    const { findings, answers } = await runCampaign({ mode, seed, dataDir: scope.folder(), numbers: upTo(requests) });
    expect(findings).toEqual([]);
    // Were everything refused, or nothing, little would have been reached.
    expect(answers["2xx"]).toBeGreaterThan(requests / 4);
    expect(answers["4xx"]).toBeGreaterThan(requests / 4);
  },
);

describe("a server with defects", () => {
  const all = Object.keys(mutations) as readonly MutationName[];
  // One of them ends the server, so it is alone.
  const groups: readonly (readonly MutationName[])[] = [all.filter((name) => name !== "rejects"), ["rejects"]];

  test.each(groups)("is found out: %s", { timeout: 180_000 }, async (...names) => {
    const { findings } = await runCampaign({
      mode: "start",
      seed,
      dataDir: scope.folder(),
      numbers: upTo(150),
      mutations: names,
      // Asked more often than others, so that few requests are enough.
      isWanted: (operation) => wanted.has(nameOf(operation)),
      answerMsMax: 1_000,
    });
    for (const name of names) {
      const { told } = mutations[name];
      expect(
        findings.filter(({ what }) => told.test(what)).length,
        `${name} in ${JSON.stringify(findings)}`,
      ).toBeGreaterThan(0);
    }
  });

  const wanted = new Set([
    "GET /v1/runs/{runId}",
    "GET /v1/events",
    "GET /api/functions",
    "POST /v1/signals",
    "POST /api/runs/{runId}/cancel",
    "GET /api/retention",
    "GET /api/set-aside",
  ]);
});
