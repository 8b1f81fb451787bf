// A run is started again from one of its steps, with the arguments it had or with others.
import { json as readJson } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { listen, portOf, serveApp } from "../harness/app.ts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";

const server = useServer({ args: ["--retry-interval", "0.05"] });

async function rerun(runId: string, body: object): Promise<string> {
  const { status, json } = await server.request("POST", `/v2/runs/${runId}/rerun`, { body });
  expect(status).toBe(200);
  return (json as { readonly data: { readonly runId: string } }).data.runId;
}

describe.each(sdks)("SDK $name", (sdk) => {
  test("steps before the one it begins at keep their results, that one and those behind it run again", async () => {
    const ran: string[] = [];
    const app = await serveApp(server, sdk, ({ define, event }) => {
      const order = define({ id: "order" }, { event: event("go") }, async ({ step }) => {
        const charged = await step.run("charge", () => {
          ran.push("charge");
          return ran.length;
        });
        const shipped = await step.run(
          "ship",
          (to: string) => {
            ran.push(`ship to ${to}`);
            return to;
          },
          "Berlin",
        );
        await step.sleep("rest", 5);
        const told = await step.run("tell", () => {
          ran.push("tell");
          return `${charged} in ${shipped}`;
        });
        return told;
      });
      return [order];
    });
    const first = await app.runOnce("go");
    expect(first).toMatchObject({ status: "completed", output: "1 in Berlin" });

    const again = await server.ended(await rerun(first.id, { fromStep: { stepId: "ship" } }));
    expect(again).toMatchObject({ status: "completed", output: "1 in Berlin", originalRunId: first.id });
    expect(ran.splice(0)).toEqual(["charge", "ship to Berlin", "tell", "ship to Berlin", "tell"]);

    const moved = await server.ended(await rerun(first.id, { fromStep: { stepId: "ship", input: ["Rome"] } }));
    expect(moved).toMatchObject({ status: "completed", output: "1 in Rome" });
    expect(ran.splice(0)).toEqual(["ship to Rome", "tell"]);

    const last = await server.ended(await rerun(moved.id, { fromStep: { stepId: "tell" } }));
    expect(last).toMatchObject({ status: "completed", output: "1 in Rome", originalRunId: first.id });
    expect(ran).toEqual(["tell"]);
  });

  test("a step of a parallel group runs again with those that began no earlier", async () => {
    const ran: string[] = [];
    const app = await serveApp(server, sdk, ({ define, event }) => {
      const fanOut = define({ id: "fan-out" }, { event: event("go") }, async ({ step }) => {
        const run = (name: string) =>
          step.run(name, () => {
            ran.push(name);
            return name;
          });
        await run("before");
        const group = await Promise.all(["a", "b", "c"].map(run));
        return [...group, await run("after")];
      });
      return [fanOut];
    });
    const first = await app.runOnce("go");
    ran.length = 0;
    const again = await server.ended(await rerun(first.id, { fromStep: { stepId: "b" } }));
    expect(again).toMatchObject({ status: "completed", output: ["a", "b", "c", "after"] });
    expect(ran).toContain("b");
    expect(ran).not.toContain("before");
    expect(ran.at(-1)).toBe("after");
  });

  test("step.ai.infer asks another question when the run is started again from it with one", async () => {
    const asked: unknown[] = [];
    const http = await listen((request, response) => {
      void readJson(request).then((body) => {
        asked.push(body);
        response.writeHead(200, { "content-type": "application/json" });
        response.end(JSON.stringify({ answer: asked.length }));
      });
    });
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "infer" }, { event: event("go") }, async ({ step }) => {
        const subject = await step.run("subject", () => "life");
        const apiKey = "sk-secret";
        const model = step.ai.models.openai({ model: "m", apiKey, baseUrl: `http://localhost:${portOf(http)}/v1/` });
        const messages = [{ role: "user" as const, content: `about ${subject}` }];
        return step.ai.infer("ask", { model, body: { messages } });
      }),
    ]);
    const first = await app.runOnce("go");
    expect(first).toMatchObject({ status: "completed", output: { answer: 1 } });
    const input = [{ messages: [{ role: "user", content: "about death" }], temperature: 0 }];
    const again = await server.ended(await rerun(first.id, { fromStep: { stepId: "ask", input } }));
    expect(again).toMatchObject({ status: "completed", output: { answer: 2 } });
    const same = await server.ended(await rerun(first.id, { fromStep: { stepId: "ask" } }));
    expect(same).toMatchObject({ status: "completed", output: { answer: 3 } });
    const question = { model: "m", messages: [{ role: "user", content: "about life" }] };
    expect(asked).toEqual([question, { model: "m", ...input[0] }, question]);
  });

  test("a step that failed is where a fixed function goes on", async () => {
    let isFixed = false;
    let charges = 0;
    const app = await serveApp(server, sdk, ({ define, event }) => {
      const order = define({ id: "order", retries: 0 }, { event: event("go") }, async ({ step }) => {
        const charged = await step.run("charge", () => (charges += 1));
        await step.run("ship", () => {
          if (!isFixed) throw new Error("no carrier");
        });
        return charged;
      });
      return [order];
    });
    const first = await app.runOnce("go");
    expect(first.status).toBe("failed");
    isFixed = true;
    const again = await server.ended(await rerun(first.id, { fromStep: { stepId: "ship" } }));
    expect(again).toMatchObject({ status: "completed", output: 1 });
    expect(charges).toBe(1);
  });
});
