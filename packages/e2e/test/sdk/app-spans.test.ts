// Spans of user code: what the SDK's own OpenTelemetry exporter sends is shown in the trace of the run, below the step it is of.
import { fileURLToPath } from "node:url";
import { until } from "@stepwright/test-parts";
import { expect, test } from "vitest";
import { useScope } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";

const scope = useScope();

interface Span {
  readonly name: string;
  readonly isUserland: boolean;
  readonly userlandSpan: { readonly spanName: string; readonly spanKind: string } | null;
  readonly childrenSpans?: readonly Span[];
}

const fields = "name isUserland userlandSpan { spanName spanKind }";
const query = `query($id: String!) { run(runID: $id) { trace(preview: true) {
  ${fields} childrenSpans { ${fields} childrenSpans { ${fields} childrenSpans { ${fields} childrenSpans { ${fields} } } } } } } }`;

/** The names of spans with, in brackets, what is below them. */
function written({ name, childrenSpans = [] }: Span): string {
  return childrenSpans.length === 0 ? name : `${name}(${childrenSpans.map(written).join(" ")})`;
}

function all(span: Span): readonly Span[] {
  return [span, ...(span.childrenSpans ?? []).flatMap(all)];
}

test.each(sdks)("spans of code in a step are below it (SDK $name)", async (sdk) => {
  const server = await scope.startServer();
  const app = scope.startChild({
    file: fileURLToPath(new URL("../apps/traced.ts", import.meta.url)),
    nodeArgs: ["--conditions=@stepwright/source"],
    args: [sdk.name, server.url],
  });
  const [, port = ""] = await app.waitForOutput(/serving on (\d+)/, { timeoutMs: 20_000 });
  await server.addApp(`http://localhost:${port}/api/inngest`);
  const [eventId = ""] = await server.send({ name: `traced-${sdk.name}/go`, data: {} });
  const [started] = await server.runsOf(eventId);
  const { id } = await server.ended(started?.id ?? "");
  const trace = await until(
    async () => {
      const { json } = await server.request("POST", "/v0/gql", { body: { query, variables: { id } } });
      const found = (json as { readonly data: { readonly run: { readonly trace: Span } } }).data.run.trace;
      return written(found).includes("open a connection") ? found : null;
    },
    { timeoutMs: 20_000, describe: () => "the spans have been exported" },
  );
  expect(written(trace)).toContain("call the bank(open a connection)");
  const step = trace.childrenSpans?.find(({ name }) => name === "charge");
  expect(step).toMatchObject({ isUserland: false, userlandSpan: null });
  expect((step === undefined ? [] : all(step)).find(({ name }) => name === "call the bank")).toMatchObject({
    isUserland: true,
    userlandSpan: { spanName: "call the bank", spanKind: "SPAN_KIND_INTERNAL" },
  });
});
