// Batches: one run for many events, started by their number or by the time.
import { describe, expect, test } from "vitest";
import { serveApp } from "../harness/app.ts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";

const server = useServer();

describe.each(sdks)("SDK $name", (sdk) => {
  test("as many events as fit make one run, and fewer when the time is over", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "batch", batchEvents: { maxSize: 3, timeout: "2s" } }, { event: event("go") }, ({ events }) =>
        events.map(({ data }) => data["n"]),
      ),
    ]);
    const ids = await server.send([1, 2, 3, 4].map((n) => ({ name: app.event("go"), data: { n } })));
    const runs = await Promise.all([ids[0], ids[3]].map((id) => server.runsOf(id ?? "")));
    const outputs = await Promise.all(runs.flat().map(async ({ id }) => (await server.ended(id)).output));
    expect(outputs).toEqual([[1, 2, 3], [4]]);
  });
});
