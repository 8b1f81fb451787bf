// An application with spans of its own code, which the SDK's OpenTelemetry exporter sends: `node traced.ts v3|v4 <server>`.
// In a process of its own, as a process has one provider of spans.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extendedTracesMiddleware as tracesV4 } from "inngest/experimental";
import { extendedTracesMiddleware as tracesV3 } from "inngest-v3/experimental";
import { sdks } from "../harness/sdk.ts";

interface Tracer {
  startActiveSpan<Result>(name: string, work: (span: { end(): void }) => Result): Result;
}

const [, , major, baseUrl = ""] = process.argv;
const sdk = sdks.find(({ name }) => name === major);
if (sdk === undefined) throw new Error(`"${String(major)}" is no major of the SDK; give v3 or v4`);
const traces = { v3: tracesV3, v4: tracesV4 }[sdk.name];

const client = sdk.client({
  id: `traced-${sdk.name}`,
  baseUrl,
  isDev: true,
  eventKey: "test",
  middleware: [traces({ behaviour: "createProvider", instrumentations: [] })],
});
const traced = client.define({ id: "charge" }, { event: `traced-${sdk.name}/go` }, async (context) => {
  const { tracer } = context as unknown as { readonly tracer: Tracer };
  await context.step.run("charge", () =>
    tracer.startActiveSpan("call the bank", (outer) => {
      tracer.startActiveSpan("open a connection", (inner) => inner.end());
      outer.end();
    }),
  );
  return "done";
});

const server = createServer(client.serve([traced]));
server.listen(0, () => {
  process.stdout.write(`serving on ${(server.address() as AddressInfo).port}\n`);
});
