// The one table of the product's errors. A message says what was wrong, with
// the value, and what to do; docs/errors.md is generated from `errorTable`.
import { defineError, type ErrorRow } from "./define-error.ts";
import { restErrors } from "./rest-errors.ts";
import { startErrors } from "./start-errors.ts";

export { StepwrightError, type ErrorContext, type ErrorDefinition, type ErrorRow } from "./define-error.ts";
export * from "./rest-errors.ts";
export * from "./start-errors.ts";

// Any request
/** The body is not JSON where JSON is required. */
export const bodyNotJson = defineError(
  "BODY_NOT_JSON",
  400,
  "the request body is not valid JSON ({reason}); send one JSON document",
);
/** The body is JSON of the wrong shape. */
export const bodyInvalid = defineError("BODY_INVALID", 400, "the request body is invalid: {reason}");
/** The body is over the limit of the route. */
export const bodyTooLarge = defineError(
  "BODY_TOO_LARGE",
  413,
  "the request body is larger than the limit of {max} bytes; send less at once",
);
/** The body's Content-Encoding cannot be read. */
export const encodingUnsupported = defineError(
  "ENCODING_UNSUPPORTED",
  415,
  'Content-Encoding "{encoding}" is not supported; send the body plain or with gzip',
);
/** The Content-Type cannot be read by the route. */
export const contentTypeUnsupported = defineError(
  "CONTENT_TYPE_UNSUPPORTED",
  415,
  'Content-Type "{contentType}" is not supported; send {allowed}',
);
/** A query or path parameter has a bad value. */
export const parameterInvalid = defineError(
  "PARAMETER_INVALID",
  400,
  'parameter "{name}" has the invalid value "{value}"; {allowed}',
);
/** A required query or path parameter is absent. */
export const parameterMissing = defineError("PARAMETER_MISSING", 400, 'parameter "{name}" is required; {allowed}');
/** JSON of more levels than anybody can work on. */
export const nestedTooDeep = defineError(
  "NESTED_TOO_DEEP",
  400,
  "the value is nested deeper than {max} levels; send a flatter one",
);
/** A list cursor was not made by this API or belongs to another list. */
export const cursorInvalid = defineError(
  "CURSOR_INVALID",
  400,
  'cursor "{cursor}" does not belong to this list; start again without a cursor',
);
/** A list filter cannot be understood. */
export const filterInvalid = defineError("FILTER_INVALID", 400, 'filter "{name}" is invalid: {reason}');
/** An id in the path or body has the wrong form. */
export const idInvalid = defineError("ID_INVALID", 400, "Invalid {noun} ID: {id}");
/** An expression given in a request does not compile. */
export const expressionInvalid = defineError(
  "EXPRESSION_INVALID",
  400,
  "expression `{expression}` is invalid: {reason}",
);
/** A duration or date given in a request cannot be read. */
export const durationInvalid = defineError(
  "DURATION_INVALID",
  400,
  '"{value}" is neither a duration such as "1h30m" nor an RFC 3339 date',
);
/** The route exists, the method does not. */
export const methodNotAllowed = defineError(
  "METHOD_NOT_ALLOWED",
  405,
  "{method} is not allowed on {path}; use {allowed}",
);
/** The caller sends more than the server takes. */
export const tooManyRequests = defineError("TOO_MANY_REQUESTS", 429, "too many requests; try again in {seconds} s", {
  retryable: true,
});
/** The server has as much in hand as it takes at once: everybody is asked to come a little later. */
export const serverBusy = defineError(
  "SERVER_BUSY",
  429,
  "the server has all {what} in hand that it takes at once ({max}); nothing was stored, send the request again in {seconds} s",
  { retryable: true },
);
/** A request did not arrive in time. */
export const requestTooSlow = defineError(
  "REQUEST_TOO_SLOW",
  408,
  "the request did not arrive within {seconds} s; send it faster, or in parts",
  { retryable: true },
);
/** Request headers over the limit. */
export const headersTooLarge = defineError(
  "HEADERS_TOO_LARGE",
  431,
  "the headers of the request are larger than {max} bytes; send fewer or shorter ones",
);
/** What was sent is no HTTP request. */
export const requestMalformed = defineError("REQUEST_MALFORMED", 400, "the request cannot be read: {reason}");
/** Anything unforeseen: the cause is in the log under the request id. */
export const internalError = defineError(
  "INTERNAL",
  500,
  "the server failed to answer; its log has the cause under request id {requestId}",
);
/** The server is on its way down and takes nothing new. */
export const shuttingDown = defineError(
  "SHUTTING_DOWN",
  503,
  "the server is shutting down; send the request again in a moment",
);
/** The server is not ready to answer yet. */
export const notReady = defineError("NOT_READY", 503, "the server is not ready yet ({reason}); try again in a moment");
/** The database took too long or refused a write. */
export const storageUnavailable = defineError(
  "STORAGE_UNAVAILABLE",
  503,
  "the database did not accept the write ({reason}); nothing was stored, try again",
);
/** There is no room for a write. */
export const storageFull = defineError(
  "STORAGE_FULL",
  503,
  "the disk is full ({reason}), so nothing was stored; make room where the data folder is, the server goes on by itself, and send it again",
);
/** The disk reported that it could not keep what was written; nothing is written from then on. */
export const storageUnsynced = defineError(
  "STORAGE_UNSYNCED",
  503,
  "the disk failed to keep what was written ({reason}), so nothing is stored any more; check the disk and restart the server, which then reads what was kept",
);
/** SQLite came upon a page that cannot be right; nothing is written from then on. */
export const storageDamaged = defineError(
  "STORAGE_DAMAGED",
  503,
  "the database is damaged ({reason}), so nothing is stored any more; stop the server, copy its data folder aside and restore a backup",
);
/** The files were removed, moved or replaced under a running server; nothing is written from then on. */
export const storageGone = defineError(
  "STORAGE_GONE",
  503,
  "the data folder was removed or its files were replaced while the server was running, so nothing is stored any more; put it back if it was moved, and start the server again",
);
/** Told to people, never to a client: the server goes on. */
export const checkpointThreadLost = defineError(
  "CHECKPOINT_THREAD_LOST",
  500,
  "the thread that moves the log into the database has ended ({reason}); the server goes on and does it itself, which holds everything up for some milliseconds each time",
);

// Access
/** No valid signing key came with the request. */
export const authenticationFailed = defineError(
  "AUTHENTICATION_FAILED",
  401,
  'Authentication failed: send "Authorization: Bearer <signing key>", plain or hashed as the SDKs do',
);
/** The event key in the path is not one of the configured keys. */
export const eventKeyUnknown = defineError(
  "EVENT_KEY_UNKNOWN",
  401,
  "Event key not found; send events to /e/<key> with one of the server's event keys",
);
/** A token is absent, expired or made for something else. */
export const tokenInvalid = defineError(
  "TOKEN_INVALID",
  401,
  "the token is missing, expired or not meant for this; request a new one",
);
/** The dashboard needs a login. */
export const loginRequired = defineError(
  "LOGIN_REQUIRED",
  401,
  'log in on the dashboard, or send "Authorization: Bearer <signing key>", plain or hashed as the SDKs do',
);
/** Login with a wrong signing key. */
export const loginFailed = defineError(
  "LOGIN_FAILED",
  401,
  "the signing key is wrong; give the one the server was started with",
);
/** A realtime token without the right to publish. */
export const publishNotAllowed = defineError(
  "PUBLISH_NOT_ALLOWED",
  401,
  "Not authenticated for publishing: send the signing key or a token with the publish claim",
);
/** A request named a host that a server bound to loopback does not go by. */
export const hostNotAllowed = defineError(
  "HOST_NOT_ALLOWED",
  403,
  'host "{host}" is not served here; use localhost, or start with --host to open the server to other machines',
);
/** A web page of another origin tried to read local data. */
export const originNotAllowed = defineError(
  "ORIGIN_NOT_ALLOWED",
  403,
  'pages of origin "{origin}" may not read this server; call it from your own server or from the dashboard',
);

// Not found
/** Nothing is served at the path. */
export const pathNotFound = defineError("PATH_NOT_FOUND", 404, "{method} {path} does not exist");
/** No run has the id. */
export const runNotFound = defineError(
  "RUN_NOT_FOUND",
  404,
  "run {runId} does not exist; it may have been removed by retention",
);
/** No event has the id. */
export const eventNotFound = defineError(
  "EVENT_NOT_FOUND",
  404,
  "Event not found: {eventId}; it may have been removed by retention",
);
/** No app has the id or name. */
export const appNotFound = defineError("APP_NOT_FOUND", 404, "App not found: {app}");
/** No function has the id or slug. */
export const functionNotFound = defineError(
  "FUNCTION_NOT_FOUND",
  404,
  'function "{functionSlug}" does not exist; check its id and that its app is synced',
);
/** What a function was registered with is damaged. */
export const functionUnreadable = defineError(
  "FUNCTION_UNREADABLE",
  500,
  "the stored configuration of {functions} cannot be read; sync the app again",
  { retryable: false },
);
/** The run has no such step. */
export const stepNotFound = defineError("STEP_NOT_FOUND", 404, "run {runId} has no step {stepId}");
/** Nobody waits for the signal. */
export const signalNotFound = defineError("SIGNAL_NOT_FOUND", 404, 'no run is waiting for signal "{signal}"');
/** No bulk cancellation has the id. */
export const cancellationNotFound = defineError(
  "CANCELLATION_NOT_FOUND",
  404,
  "cancellation {cancellationId} does not exist",
);
/** No limit override is set. */
export const overrideNotFound = defineError("OVERRIDE_NOT_FOUND", 404, "no {limit} is set for function {functionId}");
/** No item that was set aside has the id. */
export const queueItemNotFound = defineError(
  "QUEUE_ITEM_NOT_FOUND",
  404,
  "queue item {queueItemId} is not set aside; it may have been tried again meanwhile",
);
/** Nobody can tell what an item that was set aside was for. */
export const queueItemUnreadable = defineError(
  "QUEUE_ITEM_UNREADABLE",
  409,
  "queue item {queueItemId} cannot be tried again: what it was for cannot be read, and it belongs to no run",
);

// Event API
/** The body is neither an event nor a list of events. */
export const eventBodyInvalid = defineError(
  "EVENT_BODY_INVALID",
  400,
  "the request body must be a JSON event object or a list of event objects: {reason}",
);
/** More events in one request than the limit. */
export const eventsTooMany = defineError(
  "EVENTS_TOO_MANY",
  400,
  "{count} events in one request are more than the limit of {max}; nothing was stored, send them in several requests",
);
/** Several events of a list are bad; `details.problems` has each. */
export const eventsInvalid = defineError(
  "EVENTS_INVALID",
  400,
  "{bad} of {count} events are invalid, so none was stored",
);
/** A list element is not an object. */
export const eventNotObject = defineError(
  "EVENT_NOT_OBJECT",
  400,
  "{event} is {found}; an event must be a JSON object",
);
/** An event without a name. */
export const eventNameMissing = defineError(
  "EVENT_NAME_MISSING",
  400,
  '{event} has no name; set "name" to a text such as "app/user.created"',
);
/** An event name of the engine itself. */
export const eventNameReserved = defineError(
  "EVENT_NAME_RESERVED",
  400,
  '{event} has the name "{name}", but names starting with "inngest/" are reserved; choose another prefix',
);
/** An event name over the limit. */
export const eventNameTooLong = defineError(
  "EVENT_NAME_TOO_LONG",
  400,
  "{event} has a name of {bytes} bytes, more than the limit of {max}; shorten it",
);
/** A field of an event has the wrong type. */
export const eventFieldInvalid = defineError(
  "EVENT_FIELD_INVALID",
  400,
  '{event} has an invalid "{field}": it is {found}, but must be {allowed}',
);
/** An event's time is outside what can be meant. */
export const eventTimeOutOfRange = defineError(
  "EVENT_TIME_OUT_OF_RANGE",
  400,
  "{event} has ts {ts}, which is not between 1980 and 2100; send milliseconds since 1970",
);
/** An event over the size limit. */
export const eventTooLarge = defineError(
  "EVENT_TOO_LARGE",
  400,
  "{event} has {bytes} bytes, more than the limit of {max}; store the data elsewhere and send a reference, or raise event-size-limit",
);
/** An event's sessions break a rule. */
export const eventSessionInvalid = defineError(
  "EVENT_SESSION_INVALID",
  400,
  '{event} has an invalid session "{session}": {reason}',
);
/** An event names more sessions than the limit. */
export const eventSessionsTooMany = defineError(
  "EVENT_SESSIONS_TOO_MANY",
  400,
  "{event} has {count} sessions, more than the limit of {max}",
);

// Registering
/** A register request of the wrong shape. */
export const registerInvalid = defineError("REGISTER_INVALID", 400, "Invalid request: {reason}");
/** A register request without the app's name. */
export const appNameMissing = defineError(
  "APP_NAME_MISSING",
  400,
  "App ID required: set the `id` of your Inngest client",
);
/** An app URL that is none. */
export const appUrlInvalid = defineError(
  "APP_URL_INVALID",
  400,
  '"{url}" is not an http or https URL; send the full URL the app is served at, such as http://localhost:3000/api/inngest',
);
/** Functions that cannot work as configured; made by `functionsError`. The wording is what SDKs look for. */
export const functionsInvalid = defineError(
  "config_invalid",
  400,
  "At least one function is invalid, so nothing was synced: {problems}",
);
/** An SDK version with a known vulnerability. */
export const sdkVersionDenied = defineError(
  "sdk_version_denied",
  400,
  "App sync was blocked because SDK {sdk} has a known security vulnerability (CVE-2026-42047); upgrade to 3.54.0 or later",
);
/** The app expects the other kind of server. The wording is the one SDK users search for. */
export const serverKindMismatch = defineError(
  "SERVER_KIND_MISMATCH",
  400,
  "Expected server kind {ours}, got {theirs}; set INNGEST_DEV to match how the server was started",
);
/** A function was resumed, invoked or tested while its app is gone. */
export const appArchived = defineError("APP_ARCHIVED", 409, 'app "{app}" was removed; sync it again first');

// Calling an app
/** The app does not answer at its URL. */
export const appUnreachable = defineError(
  "APP_UNREACHABLE",
  502,
  "Unable to reach SDK URL {url} ({reason}); check that the app is running there",
);
/** The app answered too late. */
export const appTimeout = defineError("APP_TIMEOUT", 504, "the app at {url} did not answer within {seconds} s");
/** Something answered, but not an SDK. */
export const appNotSdk = defineError(
  "APP_NOT_SDK",
  502,
  "the response of {url} did not come from an Inngest SDK; check the path, and that no proxy answers in its place",
);
/** The app answered a sync with an error status. */
export const appHttpStatus = defineError("APP_HTTP_STATUS", 502, "the app at {url} answered HTTP {status}: {reason}");
/** The app refused our signature, or ours could not be verified by it. */
export const appSignature = defineError(
  "APP_SIGNATURE",
  502,
  "the app at {url} refused the signature; give the app and the server the same signing key",
);
/** The app requires a signing key and has none. */
export const appSigningKeyMissing = defineError(
  "APP_SIGNING_KEY_MISSING",
  502,
  "the app at {url} has no signing key; set INNGEST_SIGNING_KEY there, or INNGEST_DEV=1 for development",
);
/** The app signed its answer with another key. */
export const appResponseSignature = defineError(
  "APP_RESPONSE_SIGNATURE",
  502,
  "the response of {url} is signed with another key; give the app and the server the same signing key",
);
/** A redirect that cannot be followed. */
export const appRedirect = defineError(
  "APP_REDIRECT",
  502,
  "the app at {url} cannot be reached, as {reason}; let it answer at this URL without a redirect, or give the URL it answers at",
);
/** TLS trouble, or https spoken to an http port. */
export const appTls = defineError(
  "APP_TLS",
  502,
  "no secure connection to {url} ({reason}); check the certificate and whether the app speaks https",
);
/** The answer to a sync cannot be read. */
export const appSyncInvalid = defineError(
  "APP_SYNC_INVALID",
  502,
  "the app at {url} answered the sync with something unreadable: {reason}; check that an Inngest SDK serves this path",
);
/** The app serves no function. */
export const appNoFunctions = defineError(
  "APP_NO_FUNCTIONS",
  400,
  "the app at {url} serves no functions; pass at least one to serve()",
);
/** The app was told something it holds invalid about its own functions. */
export const appFunctionInvalid = defineError(
  "APP_FUNCTION_INVALID",
  400,
  "the app at {url} has an invalid function: {reason}",
);
/** The answer is over the limit. */
export const appResponseTooLarge = defineError(
  "output_too_large",
  502,
  "the response of {url} is larger than the limit of {max} bytes; return less, or a reference to it",
);
/** The answer is encoded in a way we do not read. */
export const appResponseEncoding = defineError(
  "APP_RESPONSE_ENCODING",
  502,
  'the response of {url} has Content-Encoding "{encoding}"; send it plain, with gzip or with br',
);

// Checkpoints, runs and signals
/** The checkpoint belongs to a call that was given to someone else meanwhile. */
export const dispatchStale = defineError(
  "DISPATCH_STALE",
  409,
  "this call of run {runId} was replaced by a newer one; stop working on it",
);
/** The checkpoint names another run, or one that ended. */
export const runGone = defineError("RUN_GONE", 410, "run {runId} has ended; its state is no longer available");
/** A durable endpoint named a run that exists. */
export const runExists = defineError("RUN_EXISTS", 409, "Run already exists: {runId}");
/** An op that has no place in a checkpoint. */
export const opNotAllowed = defineError(
  "OP_NOT_ALLOWED",
  400,
  "op {op} is not allowed in this checkpoint; answer the call with it instead",
);
/** An op that cannot be read. */
export const opInvalid = defineError("OP_INVALID", 400, "the steps cannot be read: {reason}");
/** One step's output over the limit. */
export const stepOutputTooLarge = defineError(
  "output_too_large",
  413,
  "the output of step {stepId} has {bytes} bytes, more than the limit of {max}; return a reference to it instead",
);
/** The run's whole state over the limit. */
export const runStateTooLarge = defineError(
  "RUN_STATE_TOO_LARGE",
  413,
  "run {runId} would hold {bytes} bytes of state, more than the limit of {max}; return less from its steps",
);
/** The function's rate limit refuses a durable endpoint's run. */
export const runRateLimited = defineError(
  "RUN_RATE_LIMITED",
  429,
  'Rate limits exceeded for function "{functionSlug}"',
  { retryable: true },
);
/** A run that ended cannot be cancelled or paused. */
export const runEnded = defineError("RUN_ENDED", 409, "run {runId} has already ended as {runStatus}");
/** A run cannot be run again, e.g. because its events are gone. */
export const runNotRepeatable = defineError("RUN_NOT_REPEATABLE", 409, "run {runId} cannot be run again: {reason}");
/** What a test asked of the engine cannot be done: it says what to do, in as many sentences as that takes. */
export const testRefused = defineError("TEST_REFUSED", 409, "the test engine cannot do that: {reason}", {
  valueCharsMax: 8_000,
});
/** Metadata over its limit. */
export const metadataTooLarge = defineError(
  "METADATA_TOO_LARGE",
  413,
  "the metadata has {bytes} bytes, more than the limit of {max}",
);
/** Metadata that cannot be attached. */
export const metadataInvalid = defineError("METADATA_INVALID", 400, "Invalid metadata: {reason}");
/** A realtime message over its limit. */
export const messageTooLarge = defineError(
  "MESSAGE_TOO_LARGE",
  413,
  "the message has more than {max} bytes; publish it in parts",
);
/** A feature of the protocol that this server does not have. */
export const notSupported = defineError("NOT_SUPPORTED", 501, "{feature} is not supported by this server", {
  retryable: false,
});

/** Every error of the product, in the order of their groups. */
export const errorTable: readonly ErrorRow[] = [
  bodyNotJson,
  bodyInvalid,
  bodyTooLarge,
  encodingUnsupported,
  contentTypeUnsupported,
  parameterInvalid,
  parameterMissing,
  nestedTooDeep,
  cursorInvalid,
  filterInvalid,
  idInvalid,
  expressionInvalid,
  durationInvalid,
  methodNotAllowed,
  tooManyRequests,
  serverBusy,
  requestTooSlow,
  headersTooLarge,
  requestMalformed,
  internalError,
  shuttingDown,
  notReady,
  storageUnavailable,
  storageFull,
  storageUnsynced,
  storageDamaged,
  storageGone,
  checkpointThreadLost,
  authenticationFailed,
  eventKeyUnknown,
  tokenInvalid,
  loginRequired,
  loginFailed,
  publishNotAllowed,
  hostNotAllowed,
  originNotAllowed,
  pathNotFound,
  runNotFound,
  eventNotFound,
  appNotFound,
  functionNotFound,
  functionUnreadable,
  stepNotFound,
  signalNotFound,
  cancellationNotFound,
  overrideNotFound,
  queueItemNotFound,
  queueItemUnreadable,
  eventBodyInvalid,
  eventsTooMany,
  eventsInvalid,
  eventNotObject,
  eventNameMissing,
  eventNameReserved,
  eventNameTooLong,
  eventFieldInvalid,
  eventTimeOutOfRange,
  eventTooLarge,
  eventSessionInvalid,
  eventSessionsTooMany,
  registerInvalid,
  appNameMissing,
  appUrlInvalid,
  functionsInvalid,
  sdkVersionDenied,
  serverKindMismatch,
  appArchived,
  appUnreachable,
  appTimeout,
  appNotSdk,
  appHttpStatus,
  appSignature,
  appSigningKeyMissing,
  appResponseSignature,
  appRedirect,
  appTls,
  appSyncInvalid,
  appNoFunctions,
  appFunctionInvalid,
  appResponseTooLarge,
  appResponseEncoding,
  dispatchStale,
  runGone,
  runExists,
  opNotAllowed,
  opInvalid,
  stepOutputTooLarge,
  runStateTooLarge,
  runRateLimited,
  runEnded,
  runNotRepeatable,
  testRefused,
  metadataTooLarge,
  metadataInvalid,
  messageTooLarge,
  notSupported,
  ...restErrors,
  ...startErrors,
];
