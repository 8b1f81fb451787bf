// What published test suites do over GraphQL: poll an event for its run and the run for its end, then read steps and outputs.
import { until } from "@stepwright/test-parts";
import { describe, expect, test } from "vitest";
import { serveApp } from "../harness/app.ts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";

const server = useServer({ args: ["--retry-interval", "0.05"] });

async function ask<Data>(query: string, variables: object): Promise<Data | null> {
  const { status, json } = await server.request("POST", "/v0/gql", { body: { query, variables } });
  if (status !== 200) throw new Error(JSON.stringify(json));
  // A poller takes an error for «not yet».
  return (json as { readonly errors?: unknown; readonly data: Data | null }).data;
}

interface Span {
  readonly name: string;
  readonly status: string;
  readonly stepID: string | null;
  readonly outputID: string | null;
}

interface TracedRun {
  readonly status: string;
  readonly output: string | null;
  readonly trace: Span & { readonly childrenSpans: readonly Span[] };
}

describe.each(sdks)("SDK $name", (sdk) => {
  test("a run is found by its event, ends, and has its steps with their outputs", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "two" }, { event: event("go") }, async ({ step }) => {
        const one = await step.run("one", () => ({ n: 1 }));
        return step.run("two", () => `after ${one.n}`);
      }),
    ]);
    const eventId = await app.send("go");
    const runId = await until(
      async () => {
        const found = await ask<{ event: { functionRuns: readonly { id: string }[] | null } | null }>(
          "query($id: ID!) { event(query: { eventId: $id }) { functionRuns { id } } }",
          { id: eventId },
        );
        return found?.event?.functionRuns?.[0]?.id ?? null;
      },
      { timeoutMs: 10_000, describe: () => "the event has a run" },
    );
    const run = await until(
      async () => {
        const found = await ask<{ run: TracedRun | null }>(
          `query($id: String!) { run(runID: $id) { status output
            trace(preview: true) { name status stepID outputID childrenSpans { name status stepID outputID } } } }`,
          { id: runId },
        );
        return found?.run?.status === "COMPLETED" ? found.run : null;
      },
      { timeoutMs: 10_000, describe: () => "the run is completed" },
    );
    expect(run).toMatchObject({ output: '"after 1"', trace: { name: "Run", status: "COMPLETED" } });
    const steps = run.trace.childrenSpans.filter(({ stepID }) => stepID !== null);
    expect(steps.map(({ name, status }) => [name, status])).toEqual([
      ["one", "COMPLETED"],
      ["two", "COMPLETED"],
    ]);
    const outputs = await Promise.all(
      [run.trace, ...steps].map(({ outputID }) =>
        ask<object>("query($id: String!) { runTraceSpanOutputByID(outputID: $id) { data error { message } } }", {
          id: outputID,
        }),
      ),
    );
    expect(outputs).toEqual(
      ['"after 1"', '{"n":1}', '"after 1"'].map((data) => ({ runTraceSpanOutputByID: { data, error: null } })),
    );
  });
});
