// A change of keys without an interruption: program by program, in either order, and no run is lost on the way.
import { describe, expect, test } from "vitest";
import { serveApp } from "../harness/app.ts";
import { useScope } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";

const scope = useScope();
const oldKey = "signkey-prod-00112233445566778899aabbccddeeff";
const newKey = "signkey-prod-ffeeddccbbaa99887766554433221100";
const args = ["--event-key", "events", "--host", "127.0.0.1", "--retry-interval", "0.05"];
const startWith = (key: string, more: readonly string[] = []) =>
  scope.startServer({ command: "start", args: [...args, "--signing-key", key, ...more], key, eventKey: "events" });

describe.each(sdks)("SDK $name", (sdk) => {
  const steps = async (server: Awaited<ReturnType<typeof startWith>>, keys: object) =>
    serveApp(
      server,
      sdk,
      ({ define, event }) => [
        define({ id: "steps" }, { event: event("go") }, async ({ step }) => {
          const one = await step.run("one", () => 1);
          await step.sleep("nap", "1s");
          return one + (await step.run("two", () => 2));
        }),
      ],
      { client: { isDev: false, eventKey: "events", checkpointing: true, ...keys } },
    );

  test("an app that has the new key, and the old one to fall back on, works with a server that has the old one", async () => {
    const server = await startWith(oldKey);
    const app = await steps(server, { signingKey: newKey, signingKeyFallback: oldKey });
    expect(app.synced).toMatchObject({ status: "synced", problem: null });
    expect(await app.runOnce("go")).toMatchObject({ status: "completed", output: 3 });
    await server.stop();
  });

  test("a server that has the new key, and the old one to fall back on, works with apps of either", async () => {
    const server = await startWith(newKey, ["--signing-key-fallback", oldKey]);
    for (const signingKey of [oldKey, newKey]) {
      const app = await steps(server, { signingKey });
      expect(app.synced).toMatchObject({ status: "synced", problem: null });
      expect(await app.runOnce("go")).toMatchObject({ status: "completed", output: 3 });
    }
    await server.stop();
  });

  test("an app with neither key is refused by both", async () => {
    const server = await startWith(newKey, ["--signing-key-fallback", oldKey]);
    const app = await steps(server, { signingKey: "signkey-prod-abcdabcdabcdabcd" });
    expect(app.synced).toMatchObject({ status: "failed", problem: { code: "APP_SIGNATURE" } });
    await server.stop();
  });
});
