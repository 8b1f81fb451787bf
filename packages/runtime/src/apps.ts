// Apps: adding them by URL, asking them to register, removing them.
import { type App, type AppProblem, removeApp } from "@stepwright/engine";
import {
  type AppId,
  appIdOf,
  appSignature,
  appNotFound,
  appUrlInvalid,
  canonicalJson,
  headers,
  type JsonText,
  type Millis,
  normalizeAppUrl,
  type RegisterRequest,
  shuttingDown,
  StepwrightError,
  syncTimeoutMs,
} from "@stepwright/protocol";
import { createChangeApps, keepProblem, placeholder, problemOf } from "./app-records.ts";
import type { Committer } from "./committer.ts";
import { readInBandSync } from "./in-band-sync.ts";
import type { OutgoingRequest, OutgoingResult } from "./ports.ts";
import { registerApp } from "./register-app.ts";
import type { AppControl, RegisterAnswer } from "./runtime.ts";
import type { Shell } from "./shell.ts";
import { requestSigned } from "./signed-request.ts";
import { problemOfAnswer } from "./sync-answer.ts";
import { createSyncsInFlight } from "./syncs-in-flight.ts";

/** App control and registration. */
export interface Apps extends Omit<AppControl, "pause" | "resume"> {
  register(request: RegisterRequest): Promise<RegisterAnswer>;
  /** The record with the time of its last try, which the database hears of only now and then. */
  asTried(app: App): App;
}

/** An app's answer to a sync may be an error page of any size; this much is read. */
const syncAnswerBytesMax = 1024 * 1024;

/** Makes app control. */
export function createApps(shell: Shell, committer: Committer): Apps {
  const change = createChangeApps(shell, committer);
  const syncs = createSyncsInFlight();
  /** When each app was last asked to register. In memory: apps are polled for ever, and a write per poll is too many. */
  const tries = new Map<AppId, Millis>();
  const asTried = (app: App): App => {
    const triedAt = tries.get(app.id) ?? null;
    return triedAt === null || (app.triedAt !== null && app.triedAt >= triedAt) ? app : { ...app, triedAt };
  };
  const known = () => shell.registry().apps;
  const appAt = (url: string): App | undefined => [...known().values()].find((app) => app.url === url);

  const appById = (appId: AppId): App => {
    const app = known().get(appId);
    if (app === undefined) throw appNotFound({ app: appId });
    return app;
  };

  const putPlaceholder = async (url: string): Promise<AppId> => {
    await change(() => {
      // Looked up in here: the app may register by itself at the same moment.
      if (appAt(url) !== undefined) return null;
      const app = placeholder({ id: appIdOf(url), name: url, url, now: shell.ports.clock.now() });
      return {
        guards: [{ kind: "registryVersion", version: shell.registry().version }],
        effects: [{ kind: "putApp", app }],
      };
    });
    return appAt(url)?.id ?? appIdOf(url);
  };

  /** Asks the app to register and says who did, if not the app by that id. */
  const ask = async (appId: AppId, url: string): Promise<AppId | null> => {
    const inFlight = syncs.begin({ appId, url });
    tries.set(appId, shell.ports.clock.now());
    try {
      const answer = await requestSigned(shell, syncRequest(shell, url));
      // We gave it up, not the app.
      if (shell.signal.aborted) throw shuttingDown({});
      const inBand = await takeOver(url, answer);
      const { registration } = inFlight;
      // A refusal was kept with its own reason, which says more than what the app makes of it.
      const problem =
        registration?.isRefused === true ? null : (inBand ?? problemOfAnswer(url, answer, registration !== null));
      if (problem !== null) await noteProblem(appId, url, problem);
      return registration?.appId ?? null;
    } finally {
      syncs.end(inFlight);
    }
  };

  /** Takes over what an app registers in its answer; returns what is wrong with that, if it is not on the app's record yet. */
  const takeOver = async (url: string, answer: OutgoingResult): Promise<AppProblem | null> => {
    const sync = readInBandSync(shell, answer);
    if (sync.kind === "unsigned") return problemOf(appSignature({ url }));
    if (sync.kind === "rejected") return problemOf(sync.error);
    if (sync.kind === "none") return null;
    try {
      await registerApp(shell, { change, syncs }, sync.request);
    } catch (error) {
      // A refusal is on the app's record already; anything else is a defect of ours.
      if (!(error instanceof StepwrightError)) throw error;
    }
    return null;
  };

  const noteProblem = (appId: AppId, url: string, problem: AppProblem): Promise<void> =>
    keepProblem(shell, change, {
      problem,
      find: () => {
        const app = known().get(appId);
        // An app that was removed, or has moved meanwhile, is not to blame for its old address.
        return app?.url === url ? app : undefined;
      },
    });

  /** The app registered under a name and an address of its own: the row that had its URL for a name makes room. */
  const replacePlaceholder = (appId: AppId): Promise<void> =>
    change(() => {
      const app = known().get(appId);
      return app === undefined || app.name !== app.url || app.checksum !== null
        ? null
        : removeApp(shell.registry(), appId, shell.ports.clock.now());
    });

  const sync = async (appId: AppId): Promise<App> => {
    const { url } = appById(appId);
    const registeredAs = await ask(appId, url);
    if (registeredAs !== null && registeredAs !== appId) {
      tries.delete(appId);
      await replacePlaceholder(appId);
    }
    return asTried(known().get(registeredAs ?? appId) ?? appAt(url) ?? appById(appId));
  };

  const remove = async (app: App): Promise<void> => {
    tries.delete(app.id);
    await change(() => removeApp(shell.registry(), app.id, shell.ports.clock.now()));
  };

  return {
    register: (request) => registerApp(shell, { change, syncs }, request),
    asTried,
    sync,
    add: async (url) => sync(await putPlaceholder(webUrl(url))),
    async move(appId, url) {
      const to = webUrl(url);
      await change(() => {
        const app = appById(appId);
        if (app.url === to) return null;
        return {
          guards: [{ kind: "registryVersion", version: shell.registry().version }],
          effects: [{ kind: "putApp", app: { ...app, url: to, status: "pending", problem: null } }],
        };
      });
      return asTried(appById(appId));
    },
    remove: async (appId) => remove(appById(appId)),
    async removeByUrl(url) {
      const app = appAt(normalizeAppUrl(url));
      if (app === undefined) throw appNotFound({ app: url });
      await remove(app);
    },
  };
}

/** An address that requests can be sent to: one of another kind would be kept, and fail at every sync. */
function webUrl(url: string): string {
  const normalized = normalizeAppUrl(url);
  if (!/^https?:/.test(normalized)) throw appUrlInvalid({ url });
  return normalized;
}

function syncRequest(shell: Shell, url: string): Omit<OutgoingRequest, "body"> & { readonly body: JsonText } {
  const body = canonicalJson({ url });
  const { syncInBand, serverKind } = shell.settings;
  return {
    method: "PUT",
    url,
    headers: {
      "content-type": "application/json",
      "user-agent": "Inngest",
      [headers.serverKind]: serverKind,
      ...(syncInBand ? { [headers.syncKind]: "in_band" } : {}),
    },
    body,
    timeoutMs: syncTimeoutMs,
    responseBytesMax: syncAnswerBytesMax,
  };
}
