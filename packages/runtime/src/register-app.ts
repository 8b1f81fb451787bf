// An app registers: its functions are checked and taken over, or the refusal is kept on its record.
import { checkCron, syncApp } from "@stepwright/engine";
import { checkExpression } from "@stepwright/expressions";
import {
  appIdOf,
  type FunctionConfig,
  functionsError,
  isDeniedSdkVersion,
  parseFunctions,
  registerChecksum,
  type RegisterRequest,
  sdkVersionDenied,
  type StepwrightError,
} from "@stepwright/protocol";
import { type ChangeApps, isNoted, keepProblem, placeholder, problemOf } from "./app-records.ts";
import type { RegisterAnswer } from "./runtime.ts";
import type { Shell } from "./shell.ts";
import type { SyncsInFlight } from "./syncs-in-flight.ts";

/** What registering needs. */
export interface RegisterDeps {
  readonly change: ChangeApps;
  readonly syncs: SyncsInFlight;
}

/** Takes a registration over. Throws why it is refused; functions that were registered before stay in force then. */
export async function registerApp(shell: Shell, deps: RegisterDeps, request: RegisterRequest): Promise<RegisterAnswer> {
  const checked = check(request);
  if (checked.kind === "refused") {
    await keepRefusal(shell, deps, request, checked.error);
    throw checked.error;
  }
  const { functions } = checked;
  const sync = { ...request, name: request.appName, checksum: registerChecksum(request), functions };
  let isModified = false;
  await deps.change(() => {
    const now = shell.ports.clock.now();
    const known = shell.registry().apps.get(appIdOf(request.appName));
    const decision = syncApp(shell.registry(), sync, now);
    isModified = decision.isModified;
    return isModified || !isNoted(known, now) ? decision.transition : null;
  });
  const appId = appIdOf(request.appName);
  deps.syncs.registered({ appId, url: request.url, isRefused: false });
  if (isModified) logSync(shell, request, checked);
  return { modified: isModified, appId };
}

type Accepted = Extract<ReturnType<typeof parseFunctions>, { kind: "functions" }>;

function check(request: RegisterRequest): Accepted | { readonly kind: "refused"; readonly error: StepwrightError } {
  if (isDeniedSdkVersion(request.sdk)) return { kind: "refused", error: sdkVersionDenied({ sdk: request.sdk }) };
  const parsed = parseFunctions(request.functions, { checkExpression, checkCron });
  return parsed.kind === "rejected" ? { kind: "refused", error: functionsError(parsed.problems) } : parsed;
}

async function keepRefusal(
  shell: Shell,
  deps: RegisterDeps,
  request: RegisterRequest,
  error: StepwrightError,
): Promise<void> {
  const appId = appIdOf(request.appName);
  await deps.change(() => {
    const { url, appName: name } = request;
    const known =
      shell.registry().apps.get(appId) ?? placeholder({ id: appId, name, url, now: shell.ports.clock.now() });
    return keepProblem(shell, known, problemOf(error));
  });
  deps.syncs.registered({ appId, url: request.url, isRefused: true });
}

function logSync(shell: Shell, request: RegisterRequest, { functions, notices }: Accepted): void {
  for (const notice of notices) shell.log.warn({ ...notice }, "function configuration adjusted");
  for (const fn of functions) {
    const options = unenforcedOptions(fn);
    if (options.length > 0)
      shell.log.warn({ functionSlug: fn.slug, options }, "function options are stored but not enforced yet");
  }
  shell.log.info(
    { appId: appIdOf(request.appName), app: request.appName, url: request.url, functions: functions.length },
    "app synced",
  );
}

/** Flow control that a function asks for and this version does not apply; told at every sync that changes something. */
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
