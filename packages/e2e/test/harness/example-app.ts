// The reference application as a process of its own, in either major of the SDK, and a look into its database.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ApiRun } from "@stepwright/protocol";
import Database from "better-sqlite3";
import { type Child, repository } from "./child.ts";
import type { Scope } from "./scope.ts";
import type { ServerApi } from "./server-api.ts";

/** In which form the functions are written. */
export type Major = "v3" | "v4";

/** Both forms, for `describe.each`. */
export const majors: readonly { readonly major: Major }[] = [{ major: "v3" }, { major: "v4" }];

/** Programs that work on the application's database: its own functions, or those made for killing (`apps/orders.ts`). */
export type Program = "application" | "orders";

const entries: Readonly<Record<Major, string>> = {
  v3: join(repository, "examples/nextjs/serve.ts"),
  v4: fileURLToPath(new URL("../apps/v4/serve.ts", import.meta.url)),
};

const ordersEntry = fileURLToPath(new URL("../apps/orders.ts", import.meta.url));

/** One email of the outbox. */
export interface SentEmail {
  readonly kind: string;
  readonly to: string;
  readonly subject: string;
  readonly body: string;
  readonly runId: string;
  readonly step: string;
}

/** One time that a step's code ran. */
export interface StepExecution {
  readonly runId: string;
  readonly step: string;
  readonly attempt: number;
  readonly at: number;
}

/** The running application. */
export interface ExampleApp {
  readonly url: string;
  readonly child: Child;
  readonly databaseFile: string;
  /** Emails of a run, or of all, oldest first. */
  emails(runId?: string): readonly SentEmail[];
  /** Executions of a run's steps, or of all, oldest first. */
  executions(runId?: string): readonly StepExecution[];
  /** Sets how many of the next calls to a dependency fail; null: all. */
  breakDependency(name: "risky-service" | "order-store", failuresLeft: number | null): void;
  /** The value of a query with one row and one column. */
  value(sql: string): unknown;
  /** Ends it without a warning. */
  kill(): Promise<void>;
  /** Starts it again on the same port and database. */
  restart(): Promise<ExampleApp>;
}

/** How to start it. */
export interface ExampleAppOptions {
  /** Default `"application"`. */
  readonly program?: Program;
  readonly major: Major;
  readonly serverUrl: string;
  readonly databaseFile?: string;
  readonly port?: number;
}

/** Starts the application; it is not synced yet. */
export async function startExampleApp(scope: Scope, options: ExampleAppOptions): Promise<ExampleApp> {
  const databaseFile = options.databaseFile ?? join(scope.folder(), "example.db");
  const child = scope.startChild({
    file: options.program === "orders" ? ordersEntry : entries[options.major],
    args: options.program === "orders" ? [options.major] : [],
    env: { EXAMPLE_DB: databaseFile, PORT: String(options.port ?? 0), INNGEST_DEV: options.serverUrl },
  });
  const [, url = "", port = ""] = await child.waitForOutput(/^serving (http:\/\/localhost:(\d+)\S*)$/m);
  return {
    url,
    child,
    databaseFile,
    emails: (runId) =>
      all<SentEmail>(
        databaseFile,
        'SELECT kind, "to", subject, body, run_id AS runId, step FROM outbox WHERE @runId IS NULL OR run_id = @runId ORDER BY id',
        { runId: runId ?? null },
      ),
    executions: (runId) =>
      all<StepExecution>(
        databaseFile,
        "SELECT run_id AS runId, step, attempt, at FROM step_executions WHERE @runId IS NULL OR run_id = @runId ORDER BY id",
        { runId: runId ?? null },
      ),
    breakDependency(name, failuresLeft) {
      withDatabase(databaseFile, (db) =>
        db.prepare("UPDATE dependencies SET failures_left = ? WHERE name = ?").run(failuresLeft, name),
      );
    },
    value: (sql) => withDatabase(databaseFile, (db) => db.prepare(sql).pluck().get()),
    async kill() {
      await child.end("SIGKILL");
    },
    restart: () => startExampleApp(scope, { ...options, databaseFile, port: Number(port) }),
  };
}

/** Sends an event and waits for the end of the run of that function which it starts. */
export async function runExample(
  server: ServerApi,
  event: { readonly name: string; readonly data: object },
): Promise<ApiRun> {
  const [eventId = ""] = await server.send(event);
  const [run] = await server.runsOf(eventId);
  return server.ended(run?.id ?? "");
}

function all<Row>(file: string, sql: string, parameters: { readonly runId: string | null }): readonly Row[] {
  return withDatabase(file, (db) => db.prepare<[{ readonly runId: string | null }], Row>(sql).all(parameters));
}

function withDatabase<T>(file: string, use: (db: Database.Database) => T): T {
  const db = new Database(file, { fileMustExist: true, timeout: 10_000 });
  try {
    return use(db);
  } finally {
    db.close();
  }
}
