// `stepwright runs` and `apps` against a real server and an app with the published SDK.
import { describe, expect, test, vi } from "vitest";
import { serveApp } from "../harness/app.ts";
import { runCommand, startCommand, whileDoing } from "../harness/command.ts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";

const server = useServer({ args: ["--no-poll"] });
// Every command is a process, which takes seconds while the machine is busy.
vi.setConfig({ testTimeout: 240_000 });
const command = (...args: readonly string[]) => runCommand(server, args);
const json = async (...args: readonly string[]) => JSON.parse((await command(...args, "--json")).stdout);
const idsOf = ({ items }: { readonly items: readonly { readonly id: string }[] }) => items.map(({ id }) => id);

describe.each(sdks.slice(1))("SDK $name", (sdk) => {
  const serve = () => {
    let isBroken = true;
    return serveApp(server, sdk, ({ define, event }) => [
      define({ id: "order" }, { event: event("ordered") }, ({ event: { data } }) => data["n"] ?? null),
      define({ id: "broken", retries: 0 }, { event: event("broken") }, async ({ step }) => {
        const first = await step.run("first", () => Math.random());
        const second = await step.run(
          "second",
          (factor: number) => {
            if (isBroken) throw new Error("no stock");
            return factor;
          },
          1,
        );
        return { first, second };
      }),
      define({ id: "repair" }, { event: event("repaired") }, () => {
        isBroken = false;
      }),
      define({ id: "waits" }, { event: event("waits") }, async ({ step }) => {
        await step.sleep("nap", "1h");
      }),
    ]);
  };

  test("list filters, pages and says where to go on; get shows a run", async () => {
    const app = await serve();
    const slug = `${app.id}-order`;
    for (const n of [1, 2, 3]) await app.runOnce("ordered", { n });
    const failed = await app.runOnce("broken");
    const all = idsOf(await json("runs", "list", "--function", slug));
    expect(all).toHaveLength(3);
    expect(idsOf(await json("runs", "list", "--app", app.id, "--status", "failed,cancelled", "--since", "1h"))).toEqual(
      [failed.id],
    );
    expect(idsOf(await json("runs", "list", "--event", app.event("ordered"), "--until", "1h"))).toEqual([]);
    const page = await command("runs", "list", "--function", slug, "--limit", "2");
    expect(page.stdout.split("\n")).toEqual([
      expect.stringMatching(/^RUN +STATUS +FUNCTION +QUEUED +TOOK +WHAT$/),
      expect.stringMatching(new RegExp(`^${all[0]} +completed +${slug} +20\\S+Z +\\S+ m?s$`)),
      expect.stringMatching(new RegExp(`^${all[1]} `)),
      "",
    ]);
    expect(page.stderr).toBe(`There are more: stepwright runs list --function ${slug} --limit 2 --after ${all[1]}\n`);
    const rest = await command("runs", "list", "--function", slug, "--limit", "2", "--after", all[1] ?? "");
    expect(rest.stdout).toContain(all[2]);
    expect(rest.stderr).toBe("");
    const meant = await command("runs", "list", "--function", `${app.id}-ordr`);
    expect(meant).toEqual({
      code: 1,
      stdout: "",
      stderr: `The server knows no function "${app.id}-ordr"; did you mean ${slug}?\n`,
    });

    const shown = await command("runs", "get", failed.id);
    expect(shown.code).toBe(0);
    expect(shown.stdout).toMatch(/^Status: +failed$/m);
    expect(shown.stdout).toMatch(/^Why: +Error: no stock$/m);
    expect(shown.stdout).toMatch(/^first +step +completed +1 /m);
    expect(shown.stdout).toMatch(/^second +step +failed +1 .*Error: no stock$/m);
    expect(await json("runs", "get", failed.id)).toMatchObject({ id: failed.id, status: "failed" });
    expect(await command("runs", "get", "nothing")).toMatchObject({ code: 1, stdout: "" });
  });

  test("cancel ends runs that are named, or all of a function that are meant", async () => {
    const app = await serve();
    const [one, two, three] = [
      await app.start("waits", { n: 1 }),
      await app.start("waits", { n: 2 }),
      await app.start("waits", { n: 2 }),
    ];
    expect(await command("runs", "cancel", one.id)).toEqual({ code: 0, stdout: `${one.id}\n`, stderr: "" });
    expect((await server.run(one.id)).status).toBe("cancelled");
    expect(await command("runs", "cancel", one.id)).toEqual({
      code: 1,
      stdout: "",
      stderr: `run ${one.id} had ended already.\n`,
    });
    const slug = `${app.id}-waits`;
    expect(await command("runs", "cancel", "--function", slug, "--until", "1h")).toMatchObject({
      stdout: `0 runs of ${slug} cancelled.\n`,
    });
    expect(await command("runs", "cancel", "--function", slug, "--since", "1h", "--if", "event.data.n == 2")).toEqual({
      code: 0,
      stdout: `2 runs of ${slug} cancelled.\n`,
      stderr: "",
    });
    for (const { id } of [two, three]) expect((await server.run(id)).status).toBe("cancelled");
    const wrong = await command("runs", "cancel", "--function", slug, "--if", "event.data.n ==");
    expect(wrong).toMatchObject({ code: 1, stdout: "" });
  });

  test("rerun starts a run again, from a step on if that is wanted", async () => {
    const app = await serve();
    const failed = await app.runOnce("broken");
    const again = await command("runs", "rerun", failed.id, "--wait");
    expect(again).toMatchObject({ code: 2, stdout: expect.stringMatching(/ failed: Error: no stock\n$/) });
    await app.runOnce("repaired");
    const fromStep = await json("runs", "rerun", failed.id, "--from-step", "second", "--input", "[7]", "--wait");
    const first = failed.steps.find(({ name }) => name === "first")?.output;
    expect(fromStep).toMatchObject({ status: "completed", output: { first, second: 7 } });
    const order = await app.runOnce("ordered", { n: 1 });
    const other = await command("runs", "rerun", order.id, "--data", '{"n":2}');
    expect(await server.ended(other.stdout.trim())).toMatchObject({ output: 2, originalRunId: order.id });
    expect(await command("runs", "rerun", failed.id, "--from-step", "third")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("third"),
    });
  });

  test("tail follows the runs of a function until Ctrl-C, or until nobody reads any more", async () => {
    const app = await serve();
    const slug = `${app.id}-order`;
    const tail = startCommand(server, ["runs", "tail", "--function", slug, "--status", "completed"]);
    const follower = startCommand(server, ["runs", "tail", "--json"]);
    const [line, row] = await whileDoing(
      () => app.runOnce("ordered"),
      () => Promise.all([tail.line(), follower.line()]),
    );
    expect(line).toMatch(new RegExp(`^20\\S+Z  completed  \\S{26}  ${slug}  `));
    expect(JSON.parse(row)).toMatchObject({ id: expect.any(String), appName: app.id });
    expect(await tail.end("SIGINT")).toMatchObject({ code: 0, stderr: "" });
    const closed = follower.closeOutput();
    expect(
      await whileDoing(
        () => app.runOnce("ordered"),
        () => closed,
      ),
    ).toMatchObject({ code: 0, stderr: "" });
    expect(await command("runs", "tail", "--function", `${app.id}-ordr`)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`did you mean ${slug}?`),
    });
  });

  test("apps are listed, added, synced, paused, resumed and removed", async () => {
    const app = await serve();
    const added = await command("apps", "sync", app.url);
    expect(added).toEqual({ code: 0, stdout: `${app.id} is synced: 4 functions at ${app.url}.\n`, stderr: "" });
    expect(await command("apps", "sync", app.id)).toMatchObject({ code: 0, stdout: added.stdout });
    const listed = (await command("apps", "list")).stdout;
    expect(listed).toMatch(new RegExp(`^${app.id} +synced +4 +js:v\\S+ +20\\S+Z +${app.url}$`, "m"));
    expect((await command("apps", "pause", app.id)).stdout).toMatch(/ is paused: /);
    expect((await command("apps", "list")).stdout).toMatch(new RegExp(`^${app.id} +paused since `, "m"));
    expect(await command("apps", "resume", app.id)).toMatchObject({ code: 0, stdout: `${app.id} works again.\n` });
    expect(await command("apps", "remove", app.url)).toMatchObject({ code: 0 });
    expect((await server.apps()).map(({ name }) => name)).not.toContain(app.id);
    expect(await command("apps", "sync", app.id)).toMatchObject({
      code: 1,
      stderr: `The server knows no app "${app.id}"; to add one, give its URL.\n`,
    });
    const nowhere = await command("apps", "sync", "http://127.0.0.1:9/api/inngest");
    expect(nowhere).toMatchObject({ code: 1, stdout: "" });
    expect(nowhere.stderr).toMatch(
      /^Unable to reach .*; "stepwright doctor http:\/\/localhost:9\/api\/inngest" looks further\.\n$/,
    );
    await command("apps", "remove", "http://localhost:9/api/inngest");
  });
});
