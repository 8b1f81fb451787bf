// Code that changes under a run: what is stored stays, what is new runs, and a step that is gone hurts nobody.
import { describe, expect, test } from "vitest";
import { serveApp } from "../harness/app.ts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";
import { stepsOf } from "../harness/server-api.ts";
import type { FunctionHandler } from "../harness/step-context.ts";

const server = useServer({ args: ["--retry-interval", "0.05"] });

describe.each(sdks)("SDK $name", (sdk) => {
  test("a run goes on with the steps of a new deploy: what is stored stays, what is new runs", async () => {
    const ran: string[] = [];
    const deploy =
      (number: number, second: string): FunctionHandler =>
      async ({ step }) => {
        const path: string[] = [];
        const follow = async (name: string): Promise<void> => {
          const result = await step.run(name, () => {
            ran.push(`${name} ${number}`);
            return `${name} ${number}`;
          });
          path.push(result);
        };
        await follow("stays");
        await follow(second);
        await step.sleep("nap", "1s");
        await follow("end");
        return path;
      };
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "changing" }, { event: event("go") }, deploy(1, "goes")),
    ]);
    const { id } = await app.start("go");
    await server.waitForRun(id, ({ doing }) => doing.some(({ kind }) => kind === "sleeping"));
    app.change([app.client.define({ id: "changing" }, { event: app.event("go") }, deploy(2, "comes"))]);
    const run = await server.ended(id);
    expect(run).toMatchObject({ status: "completed", output: ["stays 1", "comes 2", "end 2"] });
    expect(ran).toEqual(["stays 1", "goes 1", "comes 2", "end 2"]);
    expect(stepsOf(run).map(({ name }) => name)).toEqual(expect.arrayContaining(["stays", "goes", "comes", "end"]));
  });
});
