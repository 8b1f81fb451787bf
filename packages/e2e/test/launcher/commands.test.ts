// The commands of the built bundle, server and client alike, as they are published.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { serveApp } from "../harness/app.ts";
import { repository } from "../harness/child.ts";
import { runCommand, startCommand, whileDoing } from "../harness/command.ts";
import { useScope } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";
import { serverApi } from "../harness/server-api.ts";

const scope = useScope();
const bundle = join(repository, "apps/server/dist/stepwright.cjs");
const program = [process.execPath, bundle];

test("the bundle starts a server, and sends, runs, follows and looks on it", async () => {
  expect(existsSync(bundle), "the server is built (pnpm build)").toBe(true);
  const child = scope.startChild({
    file: bundle,
    args: ["--json", "dev", "-p", "0", "--no-discovery", "--memory", "--tick", "10", "--persist"],
    env: { LOG_LEVEL: "info", INNGEST_QUEUE_WORKERS: "7" },
  });
  const [, url = ""] = await child.waitForOutput(/"url":"(http:\/\/[^"]*)".*"server started"/);
  for (const name of ["--tick", "--persist", "INNGEST_QUEUE_WORKERS"])
    expect(child.output()).toContain(`"msg":"${name} has no effect: `);
  const server = serverApi(url);
  const [, sdk] = sdks;
  const app = await serveApp(server, sdk, ({ define, event }) => [
    define({ id: "double" }, { event: event("go") }, ({ event: { data } }) => Number(data["n"]) * 2),
  ]);
  const command = (args: readonly string[], input = "") => runCommand(server, args, { program, input });

  const sent = await command(["send", "-", "--wait"], JSON.stringify({ name: app.event("go"), data: { n: 2 } }));
  expect(sent).toMatchObject({ code: 0, stderr: "", stdout: expect.stringMatching(/ completed: 4\n$/) });
  const invoked = await command(["invoke", `${app.id}-double`, "--data", "-"], '{"n":4}');
  expect(invoked).toEqual({ code: 0, stdout: "8\n", stderr: "" });
  expect(await command(["doctor", app.url])).toMatchObject({ code: 0 });
  expect(await command(["runs", "list", "--json"])).toMatchObject({ code: 0 });
  expect(await command(["help", "runs"])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Lists, shows/) });
  expect(await command(["help", "rusn"])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('did you mean "runs"?'),
  });

  const tail = startCommand(server, ["runs", "tail"], { program });
  await whileDoing(
    () => app.runOnce("go", { n: 1 }),
    () => tail.line(),
  );
  expect(await tail.end("SIGTERM")).toMatchObject({ code: 0, stderr: "" });
  expect(await child.end("SIGQUIT")).toBe(0);
});
