// Apps.
import type { App } from "@stepwright/engine";
import { asAppId } from "@stepwright/protocol";
import type { Resolve, TypeResolvers } from "../resolver.ts";
import { notFound } from "../failure.ts";

interface AppsArgs {
  readonly filter?: { readonly method?: string | null } | null;
}

const apps: Resolve<unknown, AppsArgs> = (_, { filter }, { registry }) =>
  // All of them are served over HTTP.
  (filter?.method ?? "SERVE") === "SERVE" ? registry.apps : [];

const app: Resolve<unknown, { readonly id: string }> = (_, { id }, { registry }) => {
  const found = registry.app(asAppId(id.toLowerCase()));
  if (found === null) throw notFound("app", id);
  return found;
};

/** The fields of an app that are not read off it. */
const appFields = {
  externalID: (source) => nameOf(source),
  name: (source) => nameOf(source),
  sdkLanguage: ({ sdk }) => (sdk ?? "").split(":")[0] ?? "",
  sdkVersion: ({ sdk }) => (sdk ?? "").split(":").slice(1).join(":"),
  error: (source) => appProblem(source),
  method: () => "SERVE",
  functions: ({ id }, _, { registry }) => registry.functions.filter((fn) => fn.appId === id),
  functionCount: ({ id }, _, { registry }) => registry.functions.filter((fn) => fn.appId === id).length,
  connected: ({ status }) => status === "synced",
  autodiscovered: () => false,
  // Neither is read from apps.
  sdkFeatureReadiness: () => ({
    aiMetadataExtraction: { ready: false, reason: null },
    extendedTraces: { ready: false, reason: null },
  }),
} satisfies Readonly<Record<string, Resolve<App, unknown>>>;

/** An app that has never registered has no name; its record goes by its URL. */
function nameOf({ name, url, checksum }: App): string {
  return checksum === null && name === url ? "" : name;
}

const problemWords: Readonly<Record<string, string>> = {
  APP_UNREACHABLE: "unreachable",
  APP_TIMEOUT: "unreachable",
  APP_SIGNATURE: "invalid_signing_key",
  APP_SIGNING_KEY_MISSING: "missing_signing_key",
  APP_NO_FUNCTIONS: "no_functions",
  APP_FUNCTION_INVALID: "invalid_function",
};

/** Why an app could not be synced, in the word that clients know where there is one; null when nothing is wrong. */
export function appProblem({ problem }: App): string | null {
  return problem === null ? null : (problemWords[problem.code] ?? problem.message);
}

/** The resolvers of apps. */
export const appResolvers: Readonly<Record<string, TypeResolvers>> = {
  Query: { apps, app },
  App: appFields,
};
