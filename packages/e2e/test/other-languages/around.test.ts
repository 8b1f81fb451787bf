// The published Python and Go SDKs around their functions: deploys that change steps, keys, schedules and a killed program.
import { signRequest } from "@stepwright/protocol";
import { describe, expect, test } from "vitest";
import { type Language, languages, serveLanguage, useLanguage } from "../harness/other-languages.ts";
import { until } from "@stepwright/test-parts";
import { useScope, useServer } from "../harness/scope.ts";
import { stepsOf } from "../harness/server-api.ts";

const key = "signkey-prod-00112233445566778899aabbccddeeff";
const otherKey = "signkey-prod-ffeeddccbbaa99887766554433221100";

const scope = useScope();
// A program takes its time to come back, and on a busy machine more: calls wait for it rather than use up their attempts.
const server = useServer({ args: ["--retry-interval", "0.05", "--app-wait", "60"] });
const keyed = useServer({
  command: "start",
  args: ["--signing-key", key, "--event-key", "events", "--host", "127.0.0.1"],
  key,
  eventKey: "events",
});

/** What an SDK is set up with for a server with keys; both read the same variables. */
function production(signingKey: string, { url }: { readonly url: string } = keyed): Readonly<Record<string, string>> {
  return {
    INNGEST_DEV: "",
    INNGEST_BASE_URL: url,
    INNGEST_API_BASE_URL: url,
    INNGEST_EVENT_API_BASE_URL: url,
    INNGEST_SIGNING_KEY: signingKey,
    INNGEST_EVENT_KEY: "events",
  };
}

describe.each(languages.filter(({ name }) => !name.includes("streaming")))("$name", (language: Language) => {
  useLanguage(language);

  test("a run goes on with the steps of a new deploy: what is stored stays, what is new runs", async () => {
    const app = await serveLanguage(scope, server, language);
    const { id } = await app.start("changing", { seconds: 3 });
    await server.waitForRun(id, ({ doing }) => doing.some(({ kind }) => kind === "sleeping"));
    expect(app.executions(id).map(({ step }) => step)).toEqual(["stays", "goes"]);
    const next = await app.deploy(2);
    const run = await server.ended(id);
    expect(run).toMatchObject({ status: "completed", error: null, output: ["stays 1", "comes 2", "end 2"] });
    expect(next.executions(id).map(({ step }) => step)).toEqual(["comes", "end"]);
    // The step that is gone stays in the story of the run.
    expect(stepsOf(run).map(({ name }) => name)).toEqual(expect.arrayContaining(["stays", "goes", "comes", "end"]));
  });

  test("a program that is killed in the middle of a run goes on when it is back, without its finished steps", async () => {
    const app = await serveLanguage(scope, server, language);
    const { id } = await app.start("sleep");
    await server.waitForRun(id, ({ doing }) => doing.some(({ kind }) => kind === "sleeping"));
    const back = await app.deploy(1);
    expect(await server.ended(id)).toMatchObject({ status: "completed", output: "awake" });
    expect([...app.executions(id), ...back.executions(id)].map(({ step }) => step)).toEqual(["before", "after"]);
  });

  test("with the same key it is synced, called and may send", async () => {
    const app = await serveLanguage(scope, keyed, language, { env: production(key) });
    const [eventId = ""] = await app.sendItself([{ name: app.event("steps"), data: {} }]);
    const [run] = await keyed.runsOf(eventId);
    expect(await keyed.ended(run?.id ?? "")).toMatchObject({ status: "completed", output: [1, 2, 3] });
    expect(await app.runOnce("large")).toMatchObject({ status: "completed", error: null });
  });

  test("with a new key, and the old one to fall back on, it works with a server that has the old one", async () => {
    const env = { ...production(otherKey), INNGEST_SIGNING_KEY_FALLBACK: key };
    const app = await serveLanguage(scope, keyed, language, { env });
    expect(await app.runOnce("steps")).toMatchObject({ status: "completed", output: [1, 2, 3] });
    expect(await app.runOnce("large")).toMatchObject({ status: "completed", error: null });
  });

  test("with the old key it works with a server that has a new one, and the old one to fall back on", async () => {
    const keys = ["--signing-key", otherKey, "--signing-key-fallback", key, "--event-key", "events"];
    const changed = await scope.startServer({
      command: "start",
      args: [...keys, "--host", "127.0.0.1"],
      key,
      eventKey: "events",
    });
    const app = await serveLanguage(scope, changed, language, { env: production(key, changed) });
    expect(await app.runOnce("steps")).toMatchObject({ status: "completed", output: [1, 2, 3] });
    await changed.stop();
  });

  test("it registers in its answer when it is asked to", async () => {
    const keys = ["--signing-key", key, "--event-key", "events", "--host", "127.0.0.1"];
    const asking = await scope.startServer({
      command: "start",
      args: [...keys, "--sync-in-band"],
      key,
      eventKey: "events",
    });
    // It has no way to register by a request of its own.
    const env = { ...production(key, asking), INNGEST_API_BASE_URL: "http://localhost:9" };
    const app = await serveLanguage(scope, asking, language, { env });
    expect(app.synced.functionCount).toBeGreaterThan(10);
    expect(await app.runOnce("steps")).toMatchObject({ status: "completed", output: [1, 2, 3] });
    await asking.stop();
  });

  test("its address tells what it is only to a server with its key", async () => {
    const app = await serveLanguage(scope, keyed, language, { env: production(key) });
    const signature = signRequest({ key, body: "", atSeconds: Math.floor(Date.now() / 1000) });
    const known: unknown = await (await fetch(app.url, { headers: { "x-inngest-signature": signature } })).json();
    expect(known).toMatchObject({ authentication_succeeded: true, app_id: app.id });
    const unknown = await (await fetch(app.url)).text();
    expect(unknown).not.toContain(app.id);
  });

  test("with another key it refuses the server", async () => {
    await expect(serveLanguage(scope, keyed, language, { env: production(otherKey) })).rejects.toThrow(/key|sign/iu);
  });
});

test("a run starts with the minute, in either language", { timeout: 120_000 }, async () => {
  const apps = await Promise.all(
    languages
      .filter(({ env }) => Object.keys(env).length === 0)
      .map((language) => serveLanguage(scope, server, language)),
  );
  for (const app of apps) {
    const [row] = await until(
      async () => {
        const rows = await server.runs({ function: `${app.id}-cron` });
        return rows.length > 0 ? rows : null;
      },
      { timeoutMs: 65_000, everyMs: 50, describe: () => "the minute brings a run" },
    );
    expect(await server.ended(row?.id ?? "")).toMatchObject({
      status: "completed",
      output: "inngest/scheduled.timer",
      trigger: { cron: "* * * * *" },
    });
    await app.child.end("SIGKILL");
  }
});
