// The reference application in a process of its own beside a server, once in each major of the SDK: what every file of
// its rows begins with.
import type { ApiRun } from "@stepwright/protocol";
import { beforeAll, describe, expect } from "vitest";
import { type ExampleApp, majors, runExample, startExampleApp } from "../harness/example-app.ts";
import { useScope } from "../harness/scope.ts";
import type { OutgoingEvent } from "../harness/server-api.ts";
import type { ServerProcess } from "../harness/server-process.ts";

/** The running pair, to be used inside tests. */
export interface Application {
  readonly server: ServerProcess;
  readonly app: ExampleApp;
  /** Sends an event and returns the run that it starts, at whatever it is then. */
  start(event: OutgoingEvent): Promise<ApiRun>;
  /** Sends an event and waits for the end of the run that it starts. */
  run(event: { readonly name: string; readonly data: object }): Promise<ApiRun>;
  /** Starts a function as the dashboard does and waits for the end of its run. */
  invoke(slug: string): Promise<ApiRun>;
  /** The steps whose code ran, in the order in which it began; a step that was tried twice is there twice. */
  executedSteps(run: ApiRun): readonly string[];
}

/** Describes the application in both majors. Retries come without jitter. */
export function describeApplication(body: (application: Application) => void): void {
  const scope = useScope();
  describe.each(majors)("the reference application on SDK $major", ({ major }) => {
    let server: ServerProcess | null = null;
    let app: ExampleApp | null = null;

    beforeAll(async () => {
      server = await scope.startServer({ args: ["--no-retry-jitter"] });
      app = await startExampleApp(scope, { major, serverUrl: server.url });
      expect(await server.addApp(app.url)).toMatchObject({
        name: "my-app",
        status: "synced",
        problem: null,
        functionCount: 9,
      });
    });

    const application: Application = {
      get server() {
        return started(server);
      },
      get app() {
        return started(app);
      },
      async start(event) {
        const [eventId = ""] = await application.server.send(event);
        const [run] = await application.server.runsOf(eventId);
        return started(run ?? null);
      },
      run: (event) => runExample(application.server, event),
      async invoke(slug) {
        const { json } = await application.server.request("POST", `/api/functions/${slug}/invoke`, {
          body: { data: {} },
        });
        const [eventId = ""] = (json as { readonly ids: readonly string[] }).ids;
        const [run] = await application.server.runsOf(eventId);
        return application.server.ended(run?.id ?? "");
      },
      executedSteps: (run) => application.app.executions(run.id).map(({ step }) => step),
    };
    body(application);
  });
}

function started<T>(value: T | null): T {
  if (value === null) throw new Error("nothing has been started yet: use the application inside tests only");
  return value;
}
