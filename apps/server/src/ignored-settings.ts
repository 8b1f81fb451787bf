// Settings of the server that this one replaces which have no meaning here. They are accepted, so that scripts, files and
// environments go on working, and each says in one line why it does nothing.

/** One of them. On the command line and in the file it goes by its name, in the environment by `INNGEST_<NAME>`. */
export interface IgnoredSetting {
  readonly name: string;
  readonly takesValue: boolean;
  readonly reason: string;
}

const noGateway = "there is no connect gateway";
const noPostgres = "data is kept in a SQLite file, see --data-dir";
const noTraces = "traces are not exported; figures are at /metrics";

/** All of them. */
export const ignoredSettings: readonly IgnoredSetting[] = [
  { name: "persist", takesValue: false, reason: "data is kept unless --memory is given" },
  { name: "tick", takesValue: true, reason: "the queue is not polled" },
  { name: "queue-workers", takesValue: true, reason: "use --calls-per-app to limit calls" },
  { name: "connect-gateway-port", takesValue: true, reason: noGateway },
  { name: "connect-gateway-host", takesValue: true, reason: noGateway },
  { name: "connect-gateway-grpc-ip", takesValue: true, reason: noGateway },
  { name: "connect-gateway-grpc-port", takesValue: true, reason: noGateway },
  { name: "connect-executor-grpc-ip", takesValue: true, reason: noGateway },
  { name: "connect-executor-grpc-port", takesValue: true, reason: noGateway },
  { name: "postgres-uri", takesValue: true, reason: noPostgres },
  { name: "postgres-max-idle-conns", takesValue: true, reason: noPostgres },
  { name: "postgres-max-open-conns", takesValue: true, reason: noPostgres },
  { name: "postgres-conn-max-idle-time", takesValue: true, reason: noPostgres },
  { name: "postgres-conn-max-lifetime", takesValue: true, reason: noPostgres },
  { name: "redis-uri", takesValue: true, reason: "the queue is kept in the same SQLite file as the data" },
  { name: "debug-api-port", takesValue: true, reason: "there is no debug API" },
  { name: "system-trace-endpoint", takesValue: true, reason: noTraces },
  { name: "system-trace-url-path", takesValue: true, reason: noTraces },
];

const byName: ReadonlyMap<string, IgnoredSetting> = new Map(ignoredSettings.map((setting) => [setting.name, setting]));

/** Variables that are no flags. */
const ignoredVariables: Readonly<Record<string, string>> = {
  INNGEST_FEATURE_FLAGS: "there are no feature flags",
  EXPERIMENTAL_STEP_METADATA: "metadata of steps is always kept",
  EXPERIMENTAL_ASYNC_DISPATCH_VALIDATION: "answers are always checked",
  EXPERIMENTAL_KEY_QUEUES_ENABLE: "every key has a line of its own",
};

/** An ignored setting by its name; null when there is none. */
export function ignoredSetting(name: string): IgnoredSetting | null {
  return byName.get(name) ?? null;
}

/** The one line about a setting that does nothing, by what it was called where it was found. */
export function ignoredNotice(calledAs: string, reason: string): string {
  return `${calledAs} has no effect: ${reason}.`;
}

/** What is to be said about variables of the environment that do nothing here. */
export function ignoredInEnvironment(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const flags = ignoredSettings.map(({ name, reason }) => [variableOf(name), reason] as const);
  return [...flags, ...Object.entries(ignoredVariables)]
    .filter(([name]) => env[name] !== undefined && env[name] !== "")
    .map(([name, reason]) => ignoredNotice(name, reason));
}

/** The reference's name of a flag in the environment. */
function variableOf(name: string): string {
  return `INNGEST_${name.toUpperCase().replaceAll("-", "_")}`;
}
