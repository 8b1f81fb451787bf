// Apps: adding them by URL, asking them to register, removing them.
import { type App, type AppProblem, removeApp } from "@stepwright/engine";
import {
  type AppId,
  appIdOf,
  appNotFound,
  appUrlInvalid,
  canonicalJson,
  headers,
  type Millis,
  normalizeAppUrl,
  type RegisterRequest,
  shuttingDown,
  signRequest,
  syncTimeoutMs,
} from "@stepwright/protocol";
import { createChangeApps, keepProblem, placeholder } from "./app-records.ts";
import type { Committer } from "./committer.ts";
import type { OutgoingRequest } from "./ports.ts";
import { registerApp } from "./register-app.ts";
import type { AppControl, RegisterAnswer } from "./runtime.ts";
import type { Shell } from "./shell.ts";
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
      const answer = await shell.ports.appClient.request(syncRequest(shell, url), shell.signal);
      // We gave it up, not the app.
      if (shell.signal.aborted) throw shuttingDown({});
      const { registration } = inFlight;
      // A refusal was kept with its own reason, which says more than what the app makes of it.
      const problem = registration?.isRefused === true ? null : problemOfAnswer(url, answer, registration !== null);
      if (problem !== null) await noteProblem(appId, url, problem);
      return registration?.appId ?? null;
    } finally {
      syncs.end(inFlight);
    }
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

function syncRequest(shell: Shell, url: string): OutgoingRequest {
  const body = canonicalJson({ url });
  const { signingKey, serverKind } = shell.settings;
  const atSeconds = Math.floor(shell.ports.clock.wallNow() / 1000);
  return {
    method: "PUT",
    url,
    headers: {
      "content-type": "application/json",
      "user-agent": "Inngest",
      [headers.serverKind]: serverKind,
      ...(signingKey === null ? {} : { [headers.signature]: signRequest({ key: signingKey, body, atSeconds }) }),
    },
    body,
    timeoutMs: syncTimeoutMs,
    responseBytesMax: syncAnswerBytesMax,
  };
}
