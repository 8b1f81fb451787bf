// Every limit of the HTTP surface, with what it protects.

const kib = 1024;
const mib = 1024 * kib;
const minuteMs = 60_000;

/** Bytes of a request body after decompression, unless configured otherwise: ten events of the greatest size. */
export const bodyBytesMaxDefault = 32 * mib;
/** Bytes of request bodies in hand at once, unless configured otherwise. What is made of them takes about four times as much. */
export const bodiesBytesMaxDefault = 64 * mib;
/** Requests with a body in hand at once, unless configured otherwise: about half a second of commits. */
export const requestsMaxDefault = 4_000;
/** Events that wait for the database, unless configured otherwise. The runtime keeps to it; here it is what senders share. */
export const eventsMaxDefault = 10_000;
/** How much of the room one event key may have where there are several: who floods the server leaves as much to the others. */
export const eventKeyShareDefault = 0.5;
/** How much further bodies and requests go for what apps in mid-call send: it ends work that is in hand already. */
export const progressShare = 1.5;
/** Bytes of answers that wait for their readers. Past it, requests for more are refused. */
export const unsentBytesMax = 256 * mib;
/** Requests of one connection in hand at once: browsers and SDKs send the next one when they have the answer. */
export const requestsPerConnectionMax = 32;
/** What a sender is told to wait when the server is busy or the database refuses: both pass in moments. */
export const retryAfterSeconds = 1;
/** Bytes of a GraphQL request: room for an event to invoke a function with, and for the query around it. */
export const graphqlBodyBytesMax = 4 * mib;
/** Bytes of the body of a login: room for any key and nothing else. */
export const loginBodyBytesMax = 4 * kib;

/**
 * Characters of a parameter of a path: as many as fit into the head of a request. The router's own limit, 100, is there for
 * routes with regular expressions, of which there are none; names of apps and functions may be longer than that.
 */
export const pathParameterCharsMax = 16 * kib;

/** Rows of one page of a list; what the store reads in one go. */
export const pageRowsMax = 100;
/** Rows of a page when the request does not say. */
export const pageRowsDefault = 50;
/** Rows of a page of `GET /v1/events`, and what its clients expect when they do not say. */
export const eventsPage = { max: 51, default: 20 } as const;
/** Invoke steps of one run whose input is read for its page: each is an event to read, and a page shows few at a time. */
export const invokeInputsMax = 200;
/** Lines of a function's queue that are shown, the longest waiting first. */
export const queueLinesMax = 100;
/** Runs named as holders of a slot that another run waits for. */
export const holdersMax = 3;
/** Runs of an event whose waiting step is named: each is a run's history to read, and a page shows few at a time. */
export const matchNamesMax = 20;
/** How far `GET /v1/events` looks back when the request does not say. */
export const eventsWindowMs = 60 * minuteMs;

/** How long a login lasts. */
export const sessionMs = 12 * 60 * minuteMs;
/** Failed logins of one address within `loginWindowMs`, so that a key cannot be guessed by trying. */
export const loginFailuresMax = 10;
/** The window in which failed logins are counted. */
export const loginWindowMs = minuteMs;
/** Addresses whose failed logins are remembered; above it the oldest windows are forgotten first. */
export const loginAddressesMax = 10_000;

/** Changes are sent to a page at most this often: a person sees no difference, a busy server saves most messages. */
export const liveCoalesceMs = 50;
/** A comment is sent this often, so that proxies and the browser know that the connection is alive. */
export const liveHeartbeatMs = 15_000;
/** Runs named in one live message; with more, reading the list again is cheaper than applying them. */
export const liveRunsMax = 1_000;
/** Bytes that wait for a slow page before it is told to start afresh instead. */
export const liveBufferBytesMax = 256 * kib;
/** How long a page may read nothing of what waits for it before it is dropped. */
export const liveStuckMs = 60_000;
/** Live connections at once; each costs a socket and its buffer. */
export const liveClientsMax = 1_000;

/** Functions named in one request to a test server. */
export const testFunctionsMax = 1_000;
/** Characters of a name that is given to a test server: longer than any id of a function or a step. */
export const testNameCharsMax = 1_000;
/** How often a fault or the failure of a stub may repeat. */
export const testTimesMax = 1_000_000;
