// Apps: adding them by URL, asking them to register, and keeping why one could not be reached.
import {
  type App,
  type AppProblem,
  checkCron,
  removeApp,
  syncApp,
  syncFailed,
} from "@stepwright/engine";
import { checkExpression } from "@stepwright/expressions";
import {
  appHttpStatus,
  type AppId,
  appIdOf,
  appNoFunctions,
  appNotFound,
  appNotSdk,
  appSignature,
  appSigningKeyMissing,
  appTimeout,
  appUnreachable,
  canonicalJson,
  type FunctionConfig,
  functionsError,
  headers,
  isDeniedSdkVersion,
  normalizeAppUrl,
  parseFunctions,
  registerChecksum,
  type RegisterRequest,
  sdkVersionDenied,
  signRequest,
  StepwrightError,
  storageUnavailable,
  syncTimeoutMs,
} from "@stepwright/protocol";
import type { Transition } from "@stepwright/engine";
import type { Committer } from "./committer.ts";
import { problemExcerptMax, redecideMax, syncNoteMs } from "./limits.ts";
import type { OutgoingResult } from "./ports.ts";
import type { AppControl, RegisterAnswer } from "./runtime.ts";
import type { Shell } from "./shell.ts";

/** App control and registration. */
export interface Apps extends AppControl {
  register(request: RegisterRequest): Promise<RegisterAnswer>;
}

/** An app's answer to a sync may be an error page of any size; this much is read. */
const syncAnswerBytesMax = 1024 * 1024;

/** Makes app control. */
export function createApps(shell: Shell, committer: Committer): Apps {
  /** Registrations received so far; a sync that ends without one has gone to another server. */
  let registrations = 0;

  const change = async (make: () => Transition | null): Promise<void> => {
    for (let round = 0; round < redecideMax; round += 1) {
      const transition = make();
      if (transition === null) return;
      const outcome = await committer.submit(transition);
      await shell.refreshRegistry();
      if (outcome.kind === "committed") return;
      if (outcome.kind === "failed") throw storageUnavailable({ reason: outcome.error.message }, { cause: outcome.error });
    }
    throw storageUnavailable({ reason: "apps kept changing under the sync" });
  };

  const appById = (appId: AppId): App => {
    const app = shell.registry().apps.get(appId);
    if (app === undefined) throw appNotFound({ app: appId });
    return app;
  };

  const register = async (request: RegisterRequest): Promise<RegisterAnswer> => {
    registrations += 1;
    if (isDeniedSdkVersion(request.sdk)) throw sdkVersionDenied({ sdk: request.sdk });
    const parsed = parseFunctions(request.functions, { checkExpression, checkCron });
    if (parsed.kind === "rejected") {
      const error = functionsError(parsed.problems);
      await noteRefusedRegistration(request, error);
      throw error;
    }
    for (const notice of parsed.notices) shell.log.warn({ ...notice }, "function configuration adjusted");
    for (const fn of parsed.functions) {
      const unenforced = unenforcedOptions(fn);
      if (unenforced.length > 0) shell.log.warn({ functionSlug: fn.slug, options: unenforced }, "function options are stored but not enforced yet");
    }
    const checksum = registerChecksum(request);
    let answer: RegisterAnswer = { modified: false, appId: appIdOf(request.appName) };
    await change(() => {
      const now = shell.ports.clock.now();
      const known = shell.registry().apps.get(answer.appId);
      const decision = syncApp(shell.registry(), { ...request, name: request.appName, checksum, functions: parsed.functions }, now);
      answer = { modified: decision.isModified, appId: decision.appId };
      // Apps are polled for ever: an unchanged one is written down once a minute, not at every poll.
      const isNoted = known?.triedAt !== undefined && known.triedAt !== null && now - known.triedAt < syncNoteMs;
      return decision.isModified || !isNoted ? decision.transition : null;
    });
    if (answer.modified) {
      shell.log.info({ appId: answer.appId, app: request.appName, url: request.url, functions: parsed.functions.length }, "app synced");
    }
    return answer;
  };

  const noteRefusedRegistration = async (request: RegisterRequest, error: StepwrightError): Promise<void> => {
    await change(() => {
      const now = shell.ports.clock.now();
      const appId = appIdOf(request.appName);
      const known = shell.registry().apps.get(appId) ?? placeholder({ id: appId, name: request.appName, url: request.url, now });
      return syncFailed(shell.registry(), known, problemOf(error), now);
    });
  };

  const putPlaceholder = async (url: string): Promise<AppId> => {
    const known = [...shell.registry().apps.values()].find((app) => app.url === url);
    if (known !== undefined) return known.id;
    const id = appIdOf(url);
    await change(() => ({
      guards: [{ kind: "registryVersion", version: shell.registry().version }],
      effects: [{ kind: "putApp", app: placeholder({ id, name: url, url, now: shell.ports.clock.now() }) }],
    }));
    return id;
  };

  const sync = async (appId: AppId): Promise<App> => {
    const { url } = appById(appId);
    const before = registrations;
    const result = await shell.ports.appClient.request(putRequest(shell, url), shell.signal);
    const hasRegistered = registrations > before;
    const problem = problemOfAnswer(url, result, hasRegistered);
    if (problem !== null) await noteProblem(appId, problem);
    // The placeholder gives way to the app that registered under its own name.
    return [...shell.registry().apps.values()].find((app) => app.id === appId || app.url === url) ?? appById(appId);
  };

  const noteProblem = async (appId: AppId, problem: AppProblem): Promise<void> => {
    await change(() => {
      const app = shell.registry().apps.get(appId);
      if (app === undefined) return null;
      const now = shell.ports.clock.now();
      const isKnown = app.problem !== null && canonicalJson(app.problem) === canonicalJson(problem);
      const isNoted = app.triedAt !== null && now - app.triedAt < syncNoteMs;
      if (isKnown && isNoted) return null;
      if (!isKnown) shell.log.warn({ appId, url: app.url, code: problem.code }, "app could not be synced");
      return syncFailed(shell.registry(), app, problem, now);
    });
  };

  return {
    register,
    sync,
    async add(url) {
      return sync(await putPlaceholder(normalizeAppUrl(url)));
    },
    async remove(appId) {
      appById(appId);
      await change(() => removeApp(shell.registry(), appId, shell.ports.clock.now()));
    },
    async removeByUrl(url) {
      const normal = normalizeAppUrl(url);
      const app = [...shell.registry().apps.values()].find((one) => one.url === normal);
      if (app === undefined) throw appNotFound({ app: url });
      await change(() => removeApp(shell.registry(), app.id, shell.ports.clock.now()));
    },
  };
}

function placeholder(options: { readonly id: AppId; readonly name: string; readonly url: string; readonly now: App["createdAt"] }): App {
  return {
    id: options.id,
    name: options.name,
    url: options.url,
    sdk: null,
    framework: null,
    appVersion: null,
    checksum: null,
    status: "pending",
    problem: null,
    createdAt: options.now,
    syncedAt: null,
    triedAt: null,
  };
}

function putRequest(shell: Shell, url: string) {
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

function problemOfAnswer(url: string, result: OutgoingResult, hasRegistered: boolean): AppProblem | null {
  if (result.kind === "failed") {
    return problemOf(
      result.code === "APP_TIMEOUT"
        ? appTimeout({ url, seconds: syncTimeoutMs / 1000 })
        : appUnreachable({ url, reason: result.message }),
    );
  }
  const error = errorOfAnswer(url, result, hasRegistered);
  return error === null
    ? null
    : { ...problemOf(error), httpStatus: result.status, bodyExcerpt: result.body.slice(0, problemExcerptMax) };
}

/** What an app's answer to a sync means; null when it is fine (http-api.md §2.2). */
function errorOfAnswer(
  url: string,
  response: Extract<OutgoingResult, { kind: "response" }>,
  hasRegistered: boolean,
): StepwrightError | null {
  const isSdk = response.headers[headers.sdk] !== undefined;
  const { status } = response;
  const reason = messageIn(response.body);
  if (status === 401 || status === 403 || reason.includes("signing key is invalid")) return appSignature({ url });
  if (reason.includes("signing key")) return appSigningKeyMissing({ url });
  if (reason.includes("No functions registered")) return appNoFunctions({ url });
  if (status >= 400) return appHttpStatus({ url, status, reason: reason || (isSdk ? "no reason given" : "it is not an Inngest SDK") });
  if (!isSdk) return appNotSdk({ url });
  if (!hasRegistered) {
    return appHttpStatus({
      url,
      status,
      reason: "it registered with another server; set INNGEST_DEV or INNGEST_BASE_URL in the app to this server's URL",
    });
  }
  return null;
}

function messageIn(body: string): string {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== "object" || value === null) return "";
    const { message, error, code } = value as { readonly message?: unknown; readonly error?: unknown; readonly code?: unknown };
    if (typeof message === "string") return message;
    if (typeof error === "string") return error;
    // All that SDK v4 says when it is in production and has no signing key; it says it for nothing else.
    return code === "internal_server_error" ? "no signing key" : "";
  } catch {
    // Not JSON: there is no message to read, the body is quoted as it is.
    return "";
  }
}

function problemOf(error: StepwrightError): AppProblem {
  return { code: error.code, message: error.message, httpStatus: null, bodyExcerpt: null };
}

/** Flow control that a function asks for and this version does not apply; told at every sync rather than ignored in silence. */
function unenforcedOptions(fn: FunctionConfig): readonly string[] {
  const options = {
    concurrency: fn.concurrency.length > 0 || fn.runConcurrency !== null,
    throttle: fn.throttle !== null,
    rateLimit: fn.rateLimit !== null,
    idempotency: fn.idempotency !== null,
    debounce: fn.debounce !== null,
    batchEvents: fn.batch !== null,
    singleton: fn.singleton !== null,
    priority: fn.priority !== null,
  };
  return Object.entries(options).flatMap(([name, isSet]) => (isSet ? [name] : []));
}
