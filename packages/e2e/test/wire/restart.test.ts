// A server that is killed during a call: the call is made again as another dispatch, and what is left of the first one is stale.
import { expect, test } from "vitest";
import { complete, ran, type RawAnswer, type RawCall, serveRaw } from "../harness/raw-app.ts";
import { useScope } from "../harness/scope.ts";
import type { Answer } from "../harness/server-api.ts";

const scope = useScope();

test("a call is made again with what was saved, its attempts unspent, and the old one saves nothing any more", async () => {
  const server = await scope.startServer({ args: ["--no-poll"] });
  const save = ({ body }: RawCall, step: object): Promise<Answer> =>
    server.request("POST", `/v1/checkpoint/${body.ctx.run_id}/async`, {
      body: { ...body.ctx, steps: [step] },
    });
  const saved = Promise.withResolvers<RawCall>();
  const second = Promise.withResolvers<RawCall>();
  const last = Promise.withResolvers<RawAnswer>();
  const app = await serveRaw(
    server,
    async (call) => {
      if (app.calls.length > 1) {
        second.resolve(call);
        return last.promise;
      }
      expect((await save(call, ran("a", 1))).status).toBe(200);
      saved.resolve(call);
      // Never answered: the server dies before.
      return new Promise<never>(() => undefined);
    },
    { retries: 1 },
  );
  const { id } = await app.start();
  const first = await saved.promise;
  await server.kill();
  const again = await scope.restart(server);
  const next = await second.promise;
  expect(next.body).toMatchObject({
    steps: { a: { data: 1 } },
    ctx: { attempt: 0, generation_id: 2, qi_id: first.body.ctx["qi_id"], stack: { stack: ["a"] } },
  });
  expect(await save(first, ran("b", "old"))).toMatchObject({ status: 409, json: { code: "DISPATCH_STALE" } });
  expect(await save(next, ran("b", "new"))).toMatchObject({ status: 200, text: "" });
  last.resolve({ body: [complete("done")] });
  expect(await again.ended(id)).toMatchObject({ status: "completed", output: "done" });
  const steps = (await again.run(id)).steps.filter(({ kind }) => kind === "step");
  expect(steps.map(({ name, output }) => [name, output])).toEqual([
    ["a", 1],
    ["b", "new"],
  ]);
});
