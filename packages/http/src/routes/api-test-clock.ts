// `/api/test/clock/*`: the clock of a test server, and runs that are brought to their end by it.
import { runNotFound, type ApiRun } from "@stepwright/protocol";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { bodyJson, bodyText } from "../body.ts";
import { readBody, readRunId } from "../parameters.ts";
import type { ServerDeps } from "../server.ts";
import { advanceBody, idleBody, setBody } from "../test-bodies.ts";
import type { TestClockState, TestControls } from "../test-controls.ts";

/** Adds the routes. Each answers when nothing is left to do at the time that it is then. */
export function apiTestClockRoutes(app: FastifyInstance, { runtime }: ServerDeps, controls: TestControls): void {
  app.get("/api/test/clock", async (): Promise<TestClockState> => controls.clock());

  app.post("/api/test/clock/advance", async (request) => {
    await controls.advance(readBody(advanceBody, bodyJson(request)).by);
    return controls.clock();
  });

  app.post("/api/test/clock/set", async (request) => {
    await controls.set(readBody(setBody, bodyJson(request)).at);
    return controls.clock();
  });

  app.post("/api/test/clock/next", async () => {
    const jumpedTo = await controls.next();
    return { jumpedTo, ...controls.clock() };
  });

  app.post("/api/test/clock/run-until-idle", async (request) => {
    await controls.runUntilIdle(readBody(idleBody, bodyOrNothing(request)).within);
    return controls.clock();
  });

  app.post("/api/test/clock/settle", async () => {
    await controls.settle();
    return controls.clock();
  });

  app.post<{ Params: { runId: string } }>("/api/test/runs/:runId/finish", async (request): Promise<ApiRun> => {
    const runId = readRunId(request.params.runId);
    // Looked for here: to the controls, a run that is not there is one more thing that cannot be done.
    if ((await runtime.storage.runs.get(runId)) === null) throw runNotFound({ runId });
    return controls.finishRun(runId);
  });
}

/** A body that may as well be empty. */
export function bodyOrNothing(request: FastifyRequest): unknown {
  return bodyText(request).trim() === "" ? {} : bodyJson(request);
}
