// Registration: what an app tells about itself, by the register request or in its answer to a sync.
import { createHash } from "node:crypto";
import { z } from "zod";
import { normalizeAppUrl } from "./app-url.ts";
import { appNameMissing, appUrlInvalid, registerInvalid, StepwrightError } from "./errors.ts";
import { canonicalJson, isJsonObject, type JsonObject } from "./json.ts";
import { issueText } from "./issue-text.ts";

/** What an app registers. */
export interface RegisterRequest {
  readonly appName: string;
  /** In the form apps are compared by. */
  readonly url: string;
  /** E.g. `js:v4.24.0`; empty when the SDK does not say. */
  readonly sdk: string;
  readonly framework: string | null;
  readonly platform: string | null;
  readonly appVersion: string | null;
  readonly deployId: string | null;
  /** What the app calls the environment it runs in; absent when it does not say. */
  readonly env?: string;
  readonly capabilities: JsonObject;
  /** As sent; `parseFunctions` reads them. */
  readonly functions: readonly unknown[];
}

/** The outcome of reading a registration. */
export type ParsedRegister =
  | { readonly kind: "request"; readonly request: RegisterRequest }
  | { readonly kind: "rejected"; readonly error: StepwrightError };

const text = z.string().nullish();
const anyObject = z.record(z.string(), z.unknown()).nullish();

/** The register request on the wire; fields nobody reads are left out. */
export const registerSchema = z.object({
  appName: text,
  url: z.string(),
  sdk: text,
  framework: text,
  platform: text,
  appVersion: text,
  deployId: text,
  capabilities: anyObject,
  functions: z.array(z.unknown()).nullish(),
});

/** An app's answer to a sync that asks for the registration in the response. */
export const inBandSyncSchema = z.object({
  app_id: z.string(),
  url: z.string(),
  sdk: text,
  sdk_author: text,
  sdk_language: text,
  sdk_version: text,
  framework: text,
  platform: text,
  appVersion: text,
  env: text,
  capabilities: anyObject,
  functions: z.array(z.unknown()).nullish(),
  inspection: anyObject,
});

/** Reads the body of a register request that is already parsed JSON; the environment comes in a header. */
export function parseRegister(body: unknown, { env = null }: { readonly env?: string | null } = {}): ParsedRegister {
  const parsed = registerSchema.safeParse(withKnownNames(body));
  if (!parsed.success) return rejected(registerInvalid({ reason: issuesText(parsed.error) }));
  const { appName, ...rest } = parsed.data;
  return requestOf({ appName: appName ?? "", env, ...rest });
}

/** Reads the body of an in-band sync answer that is already parsed JSON. */
export function parseInBandSync(body: unknown): ParsedRegister {
  const parsed = inBandSyncSchema.safeParse(body);
  if (!parsed.success) return rejected(registerInvalid({ reason: issuesText(parsed.error) }));
  const { app_id: appName, sdk_language: language, sdk_version: version, ...rest } = parsed.data;
  const sdk = rest.sdk ?? (language != null && version != null ? `${language}:v${version.replace(/^v/, "")}` : null);
  return requestOf({ ...rest, appName, sdk, deployId: null });
}

/**
 * Hashes what a registration says: equal means nothing has to be written.
 *
 * SDKs poll for ever and observe things about themselves (`featureObservations`) that change between
 * registrations without any meaning here; only what `RegisterRequest` holds counts.
 */
export function registerChecksum(request: RegisterRequest): string {
  return createHash("sha256").update(canonicalJson(request), "utf8").digest("hex");
}

/** Tells whether the SDK has the known vulnerability: JavaScript 3.22.0 to 3.53.1. */
export function isDeniedSdkVersion(sdk: string): boolean {
  const match = /^(?:inngest-)?js:v?(\d+)\.(\d+)\.(\d+)/.exec(sdk);
  if (match === null || match[1] !== "3") return false;
  const minor = Number(match[2]);
  return minor >= 22 && (minor < 53 || (minor === 53 && Number(match[3]) <= 1));
}

function requestOf(
  wire: Omit<z.infer<typeof registerSchema>, "appName"> & {
    readonly appName: string;
    readonly env?: string | null | undefined;
  },
): ParsedRegister {
  if (wire.appName.trim() === "") return rejected(appNameMissing({}));
  let url: string;
  try {
    url = normalizeAppUrl(wire.url);
  } catch (error) {
    return rejected(error instanceof StepwrightError ? error : appUrlInvalid({ url: wire.url }, { cause: error }));
  }
  const { capabilities } = wire;
  return {
    kind: "request",
    request: {
      appName: wire.appName,
      url,
      sdk: wire.sdk ?? "",
      framework: wire.framework || null,
      platform: wire.platform || null,
      appVersion: wire.appVersion || null,
      deployId: wire.deployId || null,
      ...(wire.env ? { env: wire.env } : {}),
      capabilities: isJsonObject(capabilities) ? capabilities : {},
      functions: wire.functions ?? [],
    },
  };
}

const knownNames = new Map(Object.keys(registerSchema.shape).map((name) => [name.toLowerCase(), name]));

/** The Python SDK writes `appname`: names count whatever their case, and one that is spelt as it should be counts most. */
function withKnownNames(body: unknown): unknown {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return body;
  const renamed = Object.entries(body).map(([name, value]: [string, unknown]): [string, unknown] => [
    knownNames.get(name.toLowerCase()) ?? name,
    value,
  ]);
  return { ...Object.fromEntries(renamed), ...body };
}

function rejected(error: StepwrightError): ParsedRegister {
  return { kind: "rejected", error };
}

function issuesText(error: z.ZodError): string {
  return error.issues
    .map((issue) => (issue.path.length === 0 ? issueText(issue) : `${issue.path.join(".")}: ${issueText(issue)}`))
    .join("; ");
}
