// Makes the requests of a seed: one that is fine, one that is nearly so, or one that is as bad as it can be.
import { gzipSync } from "node:zlib";
import { type Chance, createChance } from "@stepwright/test-parts";
import { brokenJson, deepened, hostileText } from "./hostile.ts";
import { changed, type Known, valueFor } from "./make-value.ts";
import type { FuzzOperation } from "./operation.ts";

/** A request as it is sent. */
export interface FuzzRequest {
  readonly operation: FuzzOperation;
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
  /** Method and path are the operation's. */
  readonly isOfOperation: boolean;
  readonly hasKey: boolean;
}

/** What requests are made of. */
export interface RequestParts {
  readonly operations: readonly FuzzOperation[];
  readonly known: Known;
  /** Bodies that are good for more than their schema says, by the operation's name. */
  bodyOf(operation: FuzzOperation, chance: Chance): unknown;
  /** Null on a server without keys. */
  readonly keys: { readonly signingKey: string; readonly eventKey: string } | null;
}

/** How far a request is from a good one. */
type Care = "good" | "nearly" | "bad";

/** Makes request `number` of a seed: it is the same whatever was sent before, but for ids that the server gave. */
export function makeRequest(parts: RequestParts, o: { readonly seed: number; readonly number: number }): FuzzRequest {
  const chance = createChance((o.seed ^ Math.imul(o.number + 1, 0x9e3779b1)) >>> 0);
  const operation = chance.pick(parts.operations);
  const care: Care = chance.pick(["good", "nearly", "nearly", "bad"]);
  const method = care !== "good" && chance.hits(0.03) ? chance.pick(methods) : operation.method;
  const spoil = care === "good" ? 0 : care === "nearly" ? 0.15 : 0.5;
  const example = parts.bodyOf(operation, chance);
  const path = pathOf(operation, { chance, parts, spoil, runId: runIdIn(example) });
  const query = queryOf(operation, { chance, known: parts.known, spoil });
  const { headers: keyHeaders, hasKey } = keyOf(operation, { chance, parts, path: path.text, care });
  const body = bodyOf(operation, { chance, parts, care, example });
  return {
    operation,
    method,
    target: path.text + query,
    headers: { ...keyHeaders, ...body.headers, ...(chance.hits(spoil / 2) ? oddHeaders(chance) : {}) },
    body: body.bytes,
    isOfOperation: method === operation.method && path.isWhole,
    hasKey,
  };
}

const methods = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "TRACE",
  "PROPFIND",
  "QUERY",
  "LINK",
] as const;

interface Making {
  readonly chance: Chance;
  readonly parts: RequestParts;
  readonly spoil: number;
  /** The run that the path should name; null for any. */
  readonly runId: string | null;
}

/** What a body says of a run has to be said of the run in the path. */
function runIdIn(body: unknown): string | null {
  return typeof body === "object" && body !== null && "run_id" in body && typeof body.run_id === "string"
    ? body.run_id
    : null;
}

function pathOf(
  { path, keyIn }: FuzzOperation,
  { chance, parts, spoil, runId }: Making,
): { readonly text: string; readonly isWhole: boolean } {
  let isWhole = true;
  const text = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const values = parts.known(name);
    const isKey = keyIn === "path";
    const bad = values.length === 0 || chance.hits(isKey ? spoil / 4 : spoil / 2);
    const value = bad ? hostileText(chance) : name === "runId" && runId !== null ? runId : chance.pick(values);
    // These two are steps in a path, and nothing at all is no part of one.
    if (["", ".", ".."].includes(value)) isWhole = false;
    if (chance.hits(0.02 * spoil)) {
      isWhole = false;
      return value.replace(/[^\u0021-\u00ff]/g, "");
    }
    return percentEncoded(value);
  });
  // With a stroke at its end it is another path.
  return chance.hits(spoil / 40) ? { text: `${text}/`, isWhole: false } : { text, isWhole };
}

function queryOf(
  { query }: FuzzOperation,
  { chance, known, spoil }: { readonly chance: Chance; readonly known: Known; readonly spoil: number },
): string {
  const pairs = query.flatMap((name): string[] => {
    if (!chance.hits(0.35)) return [];
    const one = (): string => {
      const values = known(name);
      return percentEncoded(values.length === 0 || chance.hits(spoil) ? hostileText(chance) : chance.pick(values));
    };
    return Array.from({ length: chance.hits(spoil / 3) ? chance.pick([2, 3, 40]) : 1 }, () => `${name}=${one()}`);
  });
  if (chance.hits(spoil / 4)) {
    pairs.push(
      chance.pick([
        "__proto__=1",
        "__proto__[a]=1",
        "constructor=x",
        "a[]=1&a[]=2",
        "=",
        "&&&",
        "%",
        "%zz=%zz",
        "x",
        "limit[]=1",
        "limit",
        "?",
      ]),
    );
  }
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

/** As `encodeURIComponent`, for what that refuses as well: a lone surrogate becomes bytes that are no UTF-8. */
function percentEncoded(text: string): string {
  return Array.from(text, (letter) => {
    if (letter.isWellFormed()) return encodeURIComponent(letter);
    const code = letter.charCodeAt(0);
    return [0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63)]
      .map((byte) => `%${byte.toString(16).toUpperCase()}`)
      .join("");
  }).join("");
}

function keyOf(
  { keyIn }: FuzzOperation,
  {
    chance,
    parts,
    path,
    care,
  }: { readonly chance: Chance; readonly parts: RequestParts; readonly path: string; readonly care: Care },
): { readonly headers: Readonly<Record<string, string>>; readonly hasKey: boolean } {
  const { keys } = parts;
  if (keys === null) return { headers: {}, hasKey: true };
  if (keyIn === "path") return { headers: {}, hasKey: path.endsWith(`/${keys.eventKey}`) };
  if (care === "good" || !chance.hits(0.12))
    return { headers: { authorization: `Bearer ${keys.signingKey}` }, hasKey: true };
  const authorization = chance.pick([
    "",
    "Bearer",
    "Bearer ",
    "Basic eA==",
    "Bearer 00",
    `Bearer ${keys.eventKey}`,
    `bearer ${"0".repeat(64)}`,
    keys.signingKey,
  ]);
  const cookie = chance.pick([
    "",
    "stepwright_session=",
    "stepwright_session=9999999999999.x",
    "stepwright_session=1e99.",
    "a=b; ; =",
  ]);
  return {
    headers: { ...(authorization === "" ? {} : { authorization }), ...(cookie === "" ? {} : { cookie }) },
    hasKey: false,
  };
}

function bodyOf(
  operation: FuzzOperation,
  {
    chance,
    parts,
    care,
    example,
  }: { readonly chance: Chance; readonly parts: RequestParts; readonly care: Care; readonly example: unknown },
): { readonly bytes: Buffer | null; readonly headers: Readonly<Record<string, string>> } {
  const takesNone = operation.body === null;
  if (takesNone && (care !== "bad" || !chance.hits(0.2))) return { bytes: null, headers: {} };
  let value = example ?? valueFor(operation.body ?? {}, { chance, known: parts.known, name: "" });
  if (care !== "good")
    for (let left = care === "bad" ? chance.between(0, 4) : 1; left > 0; left -= 1) value = changed(chance, value);
  const good = deepened(chance, JSON.stringify(value) ?? "null");
  const text = care === "bad" && chance.hits(0.25) ? brokenJson(chance, good) : good;
  const plain = chance.hits(care === "bad" ? 0.05 : 0) ? Buffer.from(text, "utf16le") : Buffer.from(text, "utf8");
  const contentType = care === "bad" ? chance.pick(contentTypes) : "application/json";
  const typed = contentType === "" ? {} : { "content-type": contentType };
  if (care !== "bad" || !chance.hits(0.2)) return { bytes: plain, headers: typed };
  const encoding = chance.pick(["gzip", "x-gzip", " GZIP ", "identity", "deflate", "br", "gzip, gzip", "nothing", ""]);
  const packed = chance.hits(0.6) ? gzipSync(plain) : plain;
  const bytes = chance.hits(0.2) ? packed.subarray(0, chance.between(0, packed.length)) : packed;
  return { bytes, headers: { ...typed, "content-encoding": encoding } };
}

const contentTypes = [
  "",
  "application/json",
  "text/plain",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "application/x-protobuf",
  "application/json; charset=utf-16",
  "nonsense",
  ";;;",
];

function oddHeaders(chance: Chance): Readonly<Record<string, string>> {
  return chance.pick<() => Readonly<Record<string, string>>>([
    () => ({ accept: chance.pick(["", "text/html", "application/xml", "*", "a/b;q=x"]) }),
    () => ({
      "x-inngest-event-id-seed": chance.pick([
        "",
        ",",
        "1743130137367,eii2YKXRVTJPuA==",
        "-1,eii2YKXRVTJPuA==",
        "1e999,AA==",
        "99999999999999999999,eii2YKXRVTJPuA==",
      ]),
    }),
    () => ({ "x-inngest-env": chance.pick(["", "dev", "other", "\u00ff"]) }),
    () => ({ "x-inngest-expected-server-kind": chance.pick(["dev", "cloud", "__proto__"]) }),
    () => ({ "x-inngest-sdk": chance.pick(["", "js:v3.22.0", "js:", "x".repeat(2_000)]) }),
    () => ({ "if-none-match": chance.pick(["*", '""', "W/"]) }),
    () => ({ "accept-encoding": chance.pick(["", "br", "gzip;q=0", "identity;q=0"]) }),
    () => ({ origin: chance.pick(["null", "http://evil.example", "http://localhost", "http://", "\u00e9"]) }),
    () => ({ expect: chance.pick(["100-continue", "something"]) }),
    () => ({ range: "bytes=0-1" }),
    () => ({ connection: "upgrade", upgrade: "websocket" }),
    () => ({ "x-padding": "p".repeat(chance.pick([1_000, 15_900, 17_000])) }),
    () => ({ "x-forwarded-proto": chance.pick(["https", "ftp,"]), "x-forwarded-for": "::1" }),
  ])();
}
