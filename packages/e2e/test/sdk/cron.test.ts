// A schedule in real time: the run starts with the minute, and stops starting when the function is gone.
import { expect, test } from "vitest";
import { serveApp } from "../harness/app.ts";
import { until } from "@stepwright/test-parts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";

const server = useServer();

test("a run starts with every minute, once, on either major", { timeout: 90_000 }, async () => {
  const ticks = new Map<string, { readonly at: number; readonly name: string }[]>();
  const apps = await Promise.all(
    sdks.map((sdk) =>
      serveApp(server, sdk, ({ define }) => [
        define({ id: "minutely" }, { cron: "* * * * *" }, async ({ event, step }) => {
          await step.run(
            "tick",
            () => void ticks.set(sdk.name, [...(ticks.get(sdk.name) ?? []), { at: Date.now(), name: event.name }]),
          );
          return event.data;
        }),
      ]),
    ),
  );
  for (const [index, app] of apps.entries()) {
    const sdk = sdks[index];
    const [row] = await until(
      async () => {
        const rows = await server.runs({ function: `${app.id}-minutely` });
        return rows.length > 0 ? rows : null;
      },
      { timeoutMs: 65_000, everyMs: 50, describe: () => "the minute brings a run" },
    );
    const run = await server.ended(row?.id ?? "");
    expect(run).toMatchObject({
      status: "completed",
      trigger: { eventName: "inngest/scheduled.timer", cron: "* * * * *" },
      output: { cron: "* * * * *" },
    });
    const [tick, ...more] = ticks.get(sdk?.name ?? "") ?? [];
    expect(more).toEqual([]);
    expect(Number(tick?.at) % 60_000).toBeLessThan(2_000);
    expect(run.queuedAt % 60_000).toBeLessThan(1_000);

    // Its schedule goes with the function.
    await app.serve([app.client.define({ id: "other" }, { event: app.event("go") }, () => null)]);
  }
  const { queue } = await server.info();
  expect(queue.future).toBe(0);
});
