// An app registers: its functions are checked and taken over, or the refusal is kept on its record.
import { checkCron, type FunctionRecord, syncApp } from "@stepwright/engine";
import { checkExpression } from "@stepwright/expressions";
import {
  type AppId,
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
  const appId = appIdOf(request.appName);
  await deps.change(async () => {
    const registry = shell.registry();
    const archived = await archivedOf(shell, appId, functions);
    const now = shell.ports.clock.now();
    const known = registry.apps.get(appId);
    const decision = syncApp(registry, { ...sync, archived }, now);
    isModified = decision.isModified;
    return isModified || !isNoted(known, now) ? decision.transition : null;
  });
  deps.syncs.registered({ appId, url: request.url, isRefused: false });
  if (isModified) logSync(shell, request, checked);
  return { modified: isModified, appId };
}

/** Functions of the registration that were removed before, so that they come back as they were. */
async function archivedOf(
  shell: Shell,
  appId: AppId,
  configs: readonly FunctionConfig[],
): Promise<readonly FunctionRecord[]> {
  const { functionsBySlug } = shell.registry();
  const slugs = configs.map(({ slug }) => slug).filter((slug) => functionsBySlug.get(slug)?.appId !== appId);
  const found = await Promise.all(slugs.map((slug) => shell.ports.storage.registry.archivedFunction(appId, slug)));
  return found.filter((fn) => fn !== null);
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
  const { url, appName: name } = request;
  await keepProblem(shell, deps.change, {
    problem: problemOf(error),
    find: () => shell.registry().apps.get(appId) ?? placeholder({ id: appId, name, url, now: shell.ports.clock.now() }),
  });
  deps.syncs.registered({ appId, url: request.url, isRefused: true });
}

function logSync(shell: Shell, request: RegisterRequest, { functions, notices }: Accepted): void {
  for (const notice of notices) shell.log.warn({ ...notice }, "function configuration adjusted");
  shell.log.info(
    { appId: appIdOf(request.appName), app: request.appName, url: request.url, functions: functions.length },
    "app synced",
  );
}
