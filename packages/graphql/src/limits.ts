// Every limit of a GraphQL request, with what it protects.

/** Tokens of a query: the greatest of published clients, an introspection, has 350. */
export const tokensMax = 5_000;
/** Levels of fields. An introspection has 15, a run's trace with its nested attempts 8. */
export const depthMax = 20;
/** Fields under another name than their own: as many times may one query ask the same. */
export const aliasesMax = 30;
/** Fields that an answer may have, counted before it is made: lists count as often as they may have items. */
export const costMax = 60_000;
/** What a trace counts besides its fields: all of its run is read for it, however little is shown. */
export const traceCost = 2_000;
/** How many items a list without a size of its own is taken to have. */
export const assumedListSize = 20;

/** The largest page of runs that clients ask for, and the one they get when they ask for another or for none. */
export const runsPage = { max: 399, default: 40 } as const;
/** As `runsPage`, for events. */
export const eventsPage = { max: 51, default: 40 } as const;
/** Items of the stream. */
export const streamMax = 100;
/** What the store reads in one go. */
export const storePageMax = 100;
/** Names of events that one list may be about: each is a read. */
export const eventNamesMax = 20;
/** How far the old list of events looks back. */
export const recentEventsMs = 3_600_000;
/** Rows that a search or a count looks at for one request. */
export const searchedRunsMax = 20_000;
/** Pieces of a count, each of some milliseconds: four million runs. */
export const countPiecesMax = 400;
/** Characters and lines of a search. */
export const searchCharsMax = 10_000;
