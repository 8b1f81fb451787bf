// Middleware that changes what goes in and out: the engine keeps it as it comes and gives it back as it was.
import { describe, expect, test } from "vitest";
import { serveApp } from "../harness/app.ts";
import { encryption, envelope } from "../harness/encryption.ts";
import { until } from "@stepwright/test-parts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";
import { stepsOf } from "../harness/server-api.ts";

const server = useServer({ args: ["--retry-interval", "0.05"] });

describe.each(sdks)("SDK $name", (sdk) => {
  test("what a middleware encrypts is stored as it came and comes back as it was", async () => {
    const seen: unknown[] = [];
    const app = await serveApp(
      server,
      sdk,
      ({ client, define, event }) => [
        define({ id: "secret" }, { event: event("go") }, async ({ event: { data }, step }) => {
          const word = await step.run("word", () => String(data["word"]));
          await step.sleep("nap", "1s");
          const again = await step.run("again", () => `${word}!`);
          await client.send({ name: event("told"), data: { again } });
          return again;
        }),
        define({ id: "told" }, { event: event("told") }, ({ event: { data } }) => void seen.push(data)),
      ],
      { client: { middleware: encryption[sdk.name] } },
    );
    const { ids } = await app.client.send({ name: app.event("go"), data: { word: "sésame" } });
    const [started] = await server.runsOf(ids[0] ?? "");
    const run = await server.ended(started?.id ?? "");
    expect(run).toMatchObject({ status: "completed", output: envelope("sésame!") });
    const kept = stepsOf(run).filter(({ kind }) => kind === "step");
    expect(kept.map(({ output }) => output)).toEqual([envelope("sésame"), envelope("sésame!")]);
    expect(JSON.stringify(run)).not.toContain("sésame");
    await until(() => seen.length > 0, { describe: () => "the event that was sent starts its function" });
    expect(seen).toEqual([{ again: "sésame!" }]);
  });
});
