// Rows that somebody damaged while the server was down: it starts, everything else goes on, and what was set aside can be tried again.
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { serveApp } from "../harness/app.ts";
import { until } from "@stepwright/test-parts";
import { useScope } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";

const scope = useScope();
const [sdk] = sdks;

test("a damaged queue item, function and wait stop nobody else, and can be brought back", async () => {
  if (sdk === undefined) throw new Error("there is an SDK");
  let server = await scope.startServer();
  const app = await serveApp(server, sdk, ({ define, event }) => [
    define({ id: "sleeper" }, { event: event("sleep") }, async ({ step }) => {
      await step.sleep("a while", "2s");
      return "awake";
    }),
    define({ id: "waiter" }, { event: event("wait") }, async ({ step }) => {
      await step.waitForEvent("for it", { event: event("go"), timeout: "1h" });
      return "waited";
    }),
    define({ id: "damaged" }, { event: event("damaged") }, () => "whole"),
    define({ id: "fine" }, { event: event("fine") }, () => "fine"),
  ]);
  const runOf = async (name: string) => {
    const [id = ""] = await server.send({ name: app.event(name) });
    return (await server.runsOf(id))[0]?.id ?? "";
  };
  const [bad, good, waiting] = [await runOf("sleep"), await runOf("sleep"), await runOf("wait")];
  const isDoing = (id: string, kind: string) =>
    server.waitForRun(id, (run) => run.doing.some((doing) => doing.kind === kind));
  await Promise.all([isDoing(bad, "sleeping"), isDoing(good, "sleeping"), isDoing(waiting, "waitingForEvent")]);
  await server.stop();

  const db = new Database(join(server.dataDir, "main.db"));
  db.prepare("UPDATE queue_items SET work = '{' WHERE run_id = ? AND kind = 'wake'").run(bad);
  db.prepare("UPDATE pauses SET terms = '[' WHERE run_id = ?").run(waiting);
  db.prepare("UPDATE functions SET config = '' WHERE slug LIKE '%damaged'").run();
  db.close();

  server = await scope.restart(server);
  expect(await server.ended(good)).toMatchObject({ status: "completed", output: "awake" });
  expect(await server.ended(await runOf("fine"))).toMatchObject({ output: "fine" });
  await server.send({ name: app.event("go") });
  expect(await server.ended(waiting)).toMatchObject({ output: "waited" });

  const [item] = await until(
    async () => {
      const { json } = await server.request("GET", "/api/set-aside");
      const { items } = json as { readonly items: readonly { readonly id: string; readonly runId: string }[] };
      return items.length > 0 && items;
    },
    { describe: () => "the item is set aside" },
  );
  expect(item).toMatchObject({ runId: bad });
  const retried = await server.request("POST", `/api/set-aside/${encodeURIComponent(item?.id ?? "")}/retry`);
  expect(retried.json).toEqual({ retried: true });
  expect(await server.ended(bad)).toMatchObject({ status: "completed", output: "awake" });

  // The app registers again, as it does at every start and every deployment.
  const [known] = await server.apps();
  await server.request("POST", `/api/apps/${known?.id}/sync`);
  expect(await server.apps()).toMatchObject([{ status: "synced", problem: null }]);
  expect(await server.ended(await runOf("damaged"))).toMatchObject({ output: "whole" });
});
