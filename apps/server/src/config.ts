// All settings of the server as one schema: names, defaults, limits and descriptions.
// The command line, the environment, the file, `--help` and docs/configuration.md are read off it.
import {
  defaultEventLimits,
  defaultRunLimits,
  isAppUrl,
  normalizeSigningKey,
  parseDuration,
  stepsPerRunOverrideMax,
} from "@stepwright/protocol";
import { z } from "zod";
import { readInstant } from "./arguments/read-time.ts";

/** The commands that start a server. */
export type Command = "dev" | "start";

/** What is known about a setting besides its value. */
export interface SettingMeta {
  readonly description: string;
  /** Commands it applies to. */
  readonly commands: readonly Command[];
  /** What it is called in the help, such as `N` or `URL`; null for a switch. */
  readonly placeholder: string | null;
  /** Value by command when nobody says. */
  readonly defaults: Readonly<Record<Command, unknown>>;
  /** The command that does not start without it. */
  readonly requiredBy?: Command;
  /** One letter for the command line. */
  readonly short?: string;
  /** Other names on the command line and in the file. */
  readonly aliases?: readonly string[];
  /** Names of environment variables besides `STEPWRIGHT_<NAME>`. */
  readonly env?: readonly string[];
  /** What is different with `--virtual-clock`. */
  readonly onVirtualClock?: VirtualClockMeta;
}

/** A setting where time stands still: its default is another, or there is only one value, and the sentence says why. */
export type VirtualClockMeta = { readonly value: unknown } & (
  | { readonly kind: "default" }
  | { readonly kind: "fixed"; readonly reason: string }
);

/** The meta data of every setting. */
export const settingMetas = z.registry<SettingMeta>();

const both: readonly Command[] = ["dev", "start"];
const secondsMax = 30 * 24 * 3600;

const fixed = (value: unknown, reason: string): VirtualClockMeta => ({ kind: "fixed", value, reason });
const inMemory = (value: unknown) => fixed(value, "everything is kept in memory");
const keptForGood = fixed("forever", "nothing is removed while tests run");

// Functions, because meta data belongs to one schema object: two settings must not share theirs.
const number = (message: string) =>
  z.union(
    [
      z.number(),
      z
        .string()
        .regex(/^\d+(\.\d+)?$/)
        .transform(Number),
    ],
    message,
  );
const wholeNumber = (min: number, max: number) => {
  const message = `give a whole number from ${min} to ${max}`;
  return number(message).pipe(z.int(message).min(min, message).max(max, message));
};
const seconds = (min: number) => {
  const message = `give a number of seconds from ${min} to ${secondsMax}`;
  return number(message).pipe(z.number().min(min, message).max(secondsMax, message));
};
const choice = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, `use ${values.join(" or ")}`);
const flag = () =>
  z.union(
    [z.boolean(), z.enum(["true", "1"]).transform(() => true), z.enum(["false", "0"]).transform(() => false)],
    "use true or false",
  );
const list = () =>
  z
    .union(
      [z.string().transform((joined) => joined.split(",")), z.array(z.string())],
      "give a text, or a list of texts",
    )
    .transform((items) => items.map((item) => item.trim()).filter((item) => item !== ""));
const appUrls = () =>
  list().superRefine((urls, context) => {
    for (const url of urls.filter((item) => !isAppUrl(item))) {
      const message = `${JSON.stringify(url)} is not an http or https URL such as http://localhost:3000/api/inngest`;
      context.addIssue({ code: "custom", message });
    }
  });
const retainedMinMs = 60_000;
/** Milliseconds; null for good. */
const retained = () =>
  z
    .string('give a duration such as "30d", or "forever"')
    .transform((words) =>
      words === "forever" || words === "off" ? null : Math.round(parseDuration(words) ?? Number.NaN),
    )
    .refine(
      (ms) => ms === null || ms >= retainedMinMs,
      'give a duration of a minute or more such as "30d", or "forever"',
    );
const sleepLengthMs = { min: 1_000, max: 100 * 366 * 24 * 3_600_000 } as const;
/** Milliseconds. */
const sleepLength = () =>
  z
    .string('give a duration such as "366d"')
    .transform((words) => Math.round(parseDuration(words) ?? Number.NaN))
    .refine((ms) => ms >= sleepLengthMs.min && ms <= sleepLengthMs.max, 'give a duration from "1s" to "36600d"');
/** Milliseconds since 1970. */
const instant = () => {
  const message = "give a time such as 2026-01-31T09:00:00Z, or milliseconds since 1970";
  return z
    .union([z.int(), z.string().transform((written) => readInstant(written) ?? Number.NaN)], message)
    .refine((at) => Number.isSafeInteger(at) && at >= 0, message);
};
const text = () => z.string("give a text").min(1, "give a text that is not empty");
const signingKeyText = () =>
  z
    .string("give the key as text")
    .transform(normalizeSigningKey)
    .pipe(
      z
        .string()
        .regex(/^([0-9a-f]{2})+$/i, "give an even number of hexadecimal digits, with or without the prefix signkey-…-"),
    );

/** Every setting by its name in the code; outside, `appUrl` is `--app-url`, `STEPWRIGHT_APP_URL` and `"app-url"`. */
export const configSchema = z.object({
  port: wholeNumber(0, 65_535).register(settingMetas, {
    description: "Port to listen on. `dev` takes the next free one when it is in use; 0 takes any.",
    commands: both,
    placeholder: "N",
    short: "p",
    env: ["INNGEST_PORT"],
    defaults: { dev: 8288, start: 8288 },
  }),
  host: text()
    .nullable()
    .register(settingMetas, {
      description: "Address to listen on. Without it, `dev` listens on 127.0.0.1 and ::1 only, and needs no keys.",
      commands: both,
      placeholder: "ADDRESS",
      env: ["INNGEST_HOST"],
      defaults: { dev: null, start: "0.0.0.0" },
    }),
  appUrl: appUrls().register(settingMetas, {
    description: "URL of an app to sync at start, such as http://localhost:3000/api/inngest. May be repeated.",
    commands: both,
    placeholder: "URL",
    short: "u",
    aliases: ["sdk-url"],
    env: ["INNGEST_SDK_URL"],
    defaults: { dev: [], start: [] },
  }),
  noDiscovery: flag().register(settingMetas, {
    description: "Do not look for apps on the usual local ports.",
    commands: ["dev"],
    placeholder: null,
    env: ["INNGEST_NO_DISCOVERY"],
    defaults: { dev: false, start: true },
    onVirtualClock: fixed(true, "apps are named with -u, or register themselves"),
  }),
  noPoll: flag().register(settingMetas, {
    description: "Do not sync healthy apps again and again; apps whose last sync failed are still tried.",
    commands: ["dev"],
    placeholder: null,
    env: ["INNGEST_NO_POLL"],
    defaults: { dev: false, start: false },
    onVirtualClock: fixed(true, "apps are synced when they register, and when a test says so"),
  }),
  noSearchIndex: flag().register(settingMetas, {
    description:
      "Keep no index of words: saves 20 µs of CPU and 100 bytes per run and event, and a search looks at the newest 500 only.",
    commands: both,
    placeholder: null,
    defaults: { dev: false, start: false },
    onVirtualClock: fixed(true, "a search looks at the newest 500"),
  }),
  pollInterval: seconds(0).register(settingMetas, {
    description: "Seconds between two syncs of an app; 0 syncs only apps whose last sync failed, every 5 seconds.",
    commands: both,
    placeholder: "SECONDS",
    env: ["INNGEST_POLL_INTERVAL"],
    defaults: { dev: 5, start: 0 },
    onVirtualClock: fixed(0, "apps are synced when they register, and when a test says so"),
  }),
  noUi: flag().register(settingMetas, {
    description: "Serve neither the dashboard nor the GraphQL API.",
    commands: both,
    placeholder: null,
    env: ["INNGEST_NO_UI"],
    defaults: { dev: false, start: false },
  }),
  eventKey: list().register(settingMetas, {
    description: "Key that senders of events use, as in /e/KEY. May be repeated.",
    commands: ["start"],
    placeholder: "KEY",
    env: ["INNGEST_EVENT_KEY"],
    defaults: { dev: [], start: [] },
    requiredBy: "start",
  }),
  signingKey: signingKeyText()
    .nullable()
    .register(settingMetas, {
      description:
        "Key shared with the apps: signs calls, and lets apps, the API and people in. Hexadecimal, with or without the prefix `signkey-…-`.",
      commands: ["start"],
      placeholder: "HEX",
      env: ["INNGEST_SIGNING_KEY"],
      defaults: { dev: null, start: null },
      requiredBy: "start",
    }),
  signingKeyFallback: signingKeyText()
    .nullable()
    .register(settingMetas, {
      description:
        "Another signing key that is taken as well, and tried at apps that refuse the first: the old one, while keys are changed.",
      commands: ["start"],
      placeholder: "HEX",
      env: ["INNGEST_SIGNING_KEY_FALLBACK"],
      defaults: { dev: null, start: null },
    }),
  syncInBand: flag().register(settingMetas, {
    description:
      "Ask apps to register in their answer to a sync instead of by a request of their own, for apps that cannot reach the server at that moment.",
    commands: both,
    placeholder: null,
    defaults: { dev: false, start: false },
  }),
  dataDir: text().register(settingMetas, {
    description: "Folder of the database, made if it does not exist.",
    commands: both,
    placeholder: "FOLDER",
    aliases: ["sqlite-dir"],
    env: ["INNGEST_SQLITE_DIR"],
    defaults: { dev: ".stepwright", start: ".stepwright" },
    onVirtualClock: inMemory(".stepwright"),
  }),
  memory: flag().register(settingMetas, {
    description: "Keep everything in memory; it is gone when the server stops.",
    commands: ["dev"],
    placeholder: null,
    defaults: { dev: false, start: false },
    onVirtualClock: inMemory(true),
  }),
  virtualClock: flag().register(settingMetas, {
    description:
      "For tests: time stands still until `/api/test` moves it, and everything is kept in memory. See docs/testing-http.md.",
    commands: ["dev"],
    placeholder: null,
    defaults: { dev: false, start: false },
  }),
  clockStart: instant()
    .nullable()
    .register(settingMetas, {
      description:
        "What time it is at first on a virtual clock, such as 2026-01-31T09:00:00Z; otherwise that of the real world.",
      commands: ["dev"],
      placeholder: "TIME",
      defaults: { dev: null, start: null },
    }),
  synchronous: choice(["normal", "full"]).register(settingMetas, {
    description:
      "Whether a commit waits for the disk: with `full` what was acknowledged survives a power loss, with `normal` the death of the process.",
    commands: both,
    placeholder: "normal|full",
    defaults: { dev: "normal", start: "full" },
    onVirtualClock: inMemory("normal"),
  }),
  acceptDamage: flag().register(settingMetas, {
    description:
      "Start although files of the database are damaged, with what can be read of them. A damaged log is copied aside first; what it had after the damage is lost.",
    commands: both,
    placeholder: null,
    defaults: { dev: false, start: false },
    onVirtualClock: inMemory(false),
  }),
  retrySchedule: choice(["doubling", "hosted"]).register(settingMetas, {
    description:
      "Delays between attempts: `doubling` waits 1, 2, 4, 8 … seconds up to an hour, `hosted` keeps the pace of the hosted service.",
    commands: both,
    placeholder: "doubling|hosted",
    defaults: { dev: "doubling", start: "doubling" },
  }),
  retryInterval: seconds(0).register(settingMetas, {
    description: "Fixed seconds between attempts instead of a schedule; 0 uses the schedule.",
    commands: both,
    placeholder: "SECONDS",
    env: ["INNGEST_RETRY_INTERVAL"],
    defaults: { dev: 0, start: 0 },
  }),
  noRetryJitter: flag().register(settingMetas, {
    description: "Do not add up to 10 % to the delays between attempts.",
    commands: both,
    placeholder: null,
    defaults: { dev: false, start: false },
    onVirtualClock: fixed(true, "the same test has the same times twice"),
  }),
  cronMissedTick: choice(["latest", "none"]).register(settingMetas, {
    description:
      "What a cron does about times that passed while the server was down: run once for the latest, or not at all.",
    commands: both,
    placeholder: "latest|none",
    defaults: { dev: "latest", start: "latest" },
  }),
  retainCompleted: retained().register(settingMetas, {
    description:
      "How long a completed run is kept after its end, such as `30d` or `12h`; `forever` keeps it. See docs/operations.md.",
    commands: both,
    placeholder: "DURATION",
    defaults: { dev: "30d", start: "30d" },
    onVirtualClock: keptForGood,
  }),
  retainFailed: retained().register(settingMetas, {
    description: "The same for failed runs.",
    commands: both,
    placeholder: "DURATION",
    defaults: { dev: "90d", start: "90d" },
    onVirtualClock: keptForGood,
  }),
  retainCancelled: retained().register(settingMetas, {
    description: "The same for cancelled runs.",
    commands: both,
    placeholder: "DURATION",
    defaults: { dev: "30d", start: "30d" },
    onVirtualClock: keptForGood,
  }),
  retainSkipped: retained().register(settingMetas, {
    description: "The same for skipped runs.",
    commands: both,
    placeholder: "DURATION",
    defaults: { dev: "7d", start: "7d" },
    onVirtualClock: keptForGood,
  }),
  retainEvents: retained().register(settingMetas, {
    description: "How long an event is kept that no stored run was started by.",
    commands: both,
    placeholder: "DURATION",
    defaults: { dev: "30d", start: "30d" },
    onVirtualClock: keptForGood,
  }),
  callsPerApp: wholeNumber(1, 10_000).register(settingMetas, {
    description: "Calls in flight per app; more wait in the queue.",
    commands: both,
    placeholder: "N",
    defaults: { dev: 128, start: 128 },
  }),
  startupGrace: seconds(0).register(settingMetas, {
    description:
      "With `app-wait` 0: seconds after the start in which a call that no app listens for is made again without costing the run an attempt; 0 counts it at once.",
    commands: both,
    placeholder: "SECONDS",
    defaults: { dev: 30, start: 30 },
    onVirtualClock: { kind: "default", value: 0 },
  }),
  appWait: seconds(0).register(settingMetas, {
    description:
      "Seconds that an app which refuses connections is waited for: its calls are held, cost no attempts, and go out when it is back. After that, or with 0, a refused call is a failed attempt, as on the hosted service.",
    commands: both,
    placeholder: "SECONDS",
    // semantics.md §3.2: errors of the transport count.
    defaults: { dev: 0, start: 0 },
  }),
  callTimeout: seconds(1).register(settingMetas, {
    description: "Seconds an app may take to answer one call.",
    commands: both,
    placeholder: "SECONDS",
    defaults: { dev: 7_200, start: 7_200 },
    onVirtualClock: { kind: "default", value: 60 },
  }),
  stepOutputLimit: wholeNumber(1_024, 512 * 1_024 * 1_024).register(settingMetas, {
    description: "Bytes of what one step may return; a run with a step that returns more fails.",
    commands: both,
    placeholder: "BYTES",
    defaults: { dev: defaultRunLimits.stepOutputBytesMax, start: defaultRunLimits.stepOutputBytesMax },
  }),
  runStateLimit: wholeNumber(1_024, 512 * 1_024 * 1_024).register(settingMetas, {
    description: "Bytes of a run's events and of all that its steps returned; a run with more fails.",
    commands: both,
    placeholder: "BYTES",
    defaults: { dev: defaultRunLimits.runStateBytesMax, start: defaultRunLimits.runStateBytesMax },
  }),
  stepsLimit: wholeNumber(1, stepsPerRunOverrideMax).register(settingMetas, {
    description: "Steps of one run; a run that has as many and is to be called again fails.",
    commands: both,
    placeholder: "N",
    defaults: { dev: defaultRunLimits.stepsPerRunMax, start: defaultRunLimits.stepsPerRunMax },
  }),
  responseLimit: wholeNumber(1_024, 512 * 1_024 * 1_024).register(settingMetas, {
    description: "Bytes of an app's answer to a call, after decompression; a larger one is a failed attempt.",
    commands: both,
    placeholder: "BYTES",
    defaults: { dev: defaultRunLimits.responseBytesMax, start: defaultRunLimits.responseBytesMax },
  }),
  callBodyLimit: wholeNumber(64 * 1_024, 512 * 1_024 * 1_024).register(settingMetas, {
    description:
      "Bytes of the body of a call; with a larger one the SDK is told to fetch the run's events and steps from here, which Go's cannot.",
    commands: both,
    placeholder: "BYTES",
    defaults: { dev: defaultRunLimits.callBodyBytesMax, start: defaultRunLimits.callBodyBytesMax },
  }),
  sleepLimit: sleepLength().register(settingMetas, {
    description: "The longest sleep and the longest wait, such as `366d`; a run that asks for a longer one fails.",
    commands: both,
    placeholder: "DURATION",
    defaults: { dev: "366d", start: "366d" },
  }),
  eventSizeLimit: wholeNumber(1_024, 512 * 1_024 * 1_024).register(settingMetas, {
    description: "Bytes of one event; a request with a larger one is refused. Not more than `body-limit` lets through.",
    commands: both,
    placeholder: "BYTES",
    defaults: { dev: defaultEventLimits.eventBytesMax, start: defaultEventLimits.eventBytesMax },
  }),
  eventListLimit: wholeNumber(1, 1_000_000).register(settingMetas, {
    description: "Events of one request; a request with more is refused.",
    commands: both,
    placeholder: "N",
    defaults: { dev: defaultEventLimits.eventsMax, start: defaultEventLimits.eventsMax },
  }),
  bodyLimit: wholeNumber(1_024, 512 * 1_024 * 1_024).register(settingMetas, {
    description: "Bytes of a request body, counted after decompression.",
    commands: both,
    placeholder: "BYTES",
    defaults: { dev: 33_554_432, start: 33_554_432 },
  }),
  bodiesLimit: wholeNumber(1_024, 16 * 1_024 * 1_024 * 1_024).register(settingMetas, {
    description:
      "Bytes of request bodies in hand at once, at least one of the greatest size; whoever would pass it is told to come later (429). Memory for them is about four times as much.",
    commands: both,
    placeholder: "BYTES",
    defaults: { dev: 67_108_864, start: 67_108_864 },
  }),
  requestsLimit: wholeNumber(1, 1_000_000).register(settingMetas, {
    description: "Requests with a body in hand at once; whoever comes beyond it is told to come later (429).",
    commands: both,
    placeholder: "N",
    defaults: { dev: 4_000, start: 4_000 },
  }),
  eventsLimit: wholeNumber(1, 10_000_000).register(settingMetas, {
    description:
      "Events taken and not stored yet, not counting the request that passes it; whoever comes beyond it is told to come later (429).",
    commands: both,
    placeholder: "N",
    defaults: { dev: 10_000, start: 10_000 },
  }),
  eventKeyShare: wholeNumber(1, 100).register(settingMetas, {
    description:
      "Percent of the three limits above that the requests of one event key may fill, where there are several keys; 100 lets one fill them.",
    commands: ["start"],
    placeholder: "PERCENT",
    defaults: { dev: 100, start: 50 },
  }),
  connections: wholeNumber(1, 1_000_000).register(settingMetas, {
    description: "Connections open at once; more are closed as they come, idle ones before that.",
    commands: both,
    placeholder: "N",
    defaults: { dev: 5_000, start: 5_000 },
  }),
  requestTimeout: seconds(0.05).register(settingMetas, {
    description:
      "Seconds a request may take to arrive, and an answer may wait for a reader that reads nothing of it; headers have 20 seconds at most.",
    commands: both,
    placeholder: "SECONDS",
    defaults: { dev: 120, start: 120 },
  }),
  shutdownGrace: seconds(0).register(settingMetas, {
    description: "Seconds that calls in flight get to finish when the server stops; nothing is lost either way.",
    commands: both,
    placeholder: "SECONDS",
    defaults: { dev: 5, start: 30 },
  }),
  logLevel: choice(["trace", "debug", "info", "warn", "error", "silent"]).register(settingMetas, {
    description: "The least important lines that are logged.",
    commands: both,
    placeholder: "LEVEL",
    short: "l",
    env: ["INNGEST_LOG_LEVEL"],
    defaults: { dev: "info", start: "info" },
  }),
  verbose: flag().register(settingMetas, {
    description:
      "The same as `--log-level debug`, unless a level is given. `LOG_LEVEL` in the environment wins over both.",
    commands: both,
    placeholder: null,
    env: ["INNGEST_VERBOSE"],
    defaults: { dev: false, start: false },
  }),
  json: flag().register(settingMetas, {
    description: "Log JSON also on a terminal.",
    commands: both,
    placeholder: null,
    env: ["INNGEST_JSON"],
    defaults: { dev: false, start: false },
  }),
});

/** The name of a setting in the code. */
export type SettingKey = keyof z.output<typeof configSchema>;

/** All settings of a server about to start. */
export type Config = Readonly<z.output<typeof configSchema>> & { readonly command: Command };

/** One setting with all its names. */
export interface Setting extends SettingMeta {
  readonly key: SettingKey;
  /** Name on the command line, without dashes, and in the file. */
  readonly name: string;
  /** Environment variables, the first one wins. */
  readonly envNames: readonly string[];
}

/** Lists all settings in the order of the schema. */
export const settings: readonly Setting[] = Object.entries(configSchema.shape).map(([key, schema]) => {
  const meta = settingMetas.get(schema);
  if (meta === undefined) throw new Error(`setting ${key} has no description`);
  const name = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const envNames = [`STEPWRIGHT_${name.toUpperCase().replaceAll("-", "_")}`, ...(meta.env ?? [])];
  return { ...meta, key: key as SettingKey, name, envNames };
});
