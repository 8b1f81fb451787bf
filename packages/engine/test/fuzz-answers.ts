// Answers that no SDK gives: recorded ones, changed at random in their bytes, their JSON, their status or their headers.
import { type AppHttpResponse, opNames } from "@stepwright/protocol";

/** Numbers from 0 up to 1, the same for the same seed. */
export type Chance = () => number;

/** Makes chance from a seed (mulberry32). */
export function createChance(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Picks one of a list. */
export function pick<T>(chance: Chance, list: readonly T[]): T {
  const found = list[Math.floor(chance() * list.length)];
  if (found === undefined) throw new Error("nothing to pick from");
  return found;
}

/** Changes an answer in one to three places. */
export function mutate(chance: Chance, response: AppHttpResponse): AppHttpResponse {
  let changed = response;
  for (let left = 1 + Math.floor(chance() * 3); left > 0; left -= 1) changed = pick(chance, mutations)(chance, changed);
  return changed;
}

type Mutation = (chance: Chance, response: AppHttpResponse) => AppHttpResponse;

const withBody =
  (change: (chance: Chance, body: string) => string): Mutation =>
  (chance, response) => ({ ...response, body: change(chance, response.body) });

const slice = (chance: Chance, body: string): readonly [number, number] => {
  const from = Math.floor(chance() * (body.length + 1));
  return [from, from + Math.floor(chance() * 20)];
};

const mutations: readonly Mutation[] = [
  withBody((chance, body) => {
    const [from, to] = slice(chance, body);
    return body.slice(0, from) + body.slice(to);
  }),
  withBody((chance, body) => {
    const [from, to] = slice(chance, body);
    return body.slice(0, to) + body.slice(from);
  }),
  withBody((chance, body) => {
    const [from] = slice(chance, body);
    return (
      body.slice(0, from) +
      pick(chance, ["\u0000", "\ud800", '"', "}", "]", "9", ",", "é", "\\u0000"]) +
      body.slice(from)
    );
  }),
  // JSON is where the reader's decisions are: these come up more often than broken text.
  ...Array.from({ length: 5 }, () => withBody(inJson)),
  (chance, response) => ({
    ...response,
    status: pick(chance, [0, 100, 200, 201, 204, 206, 299, 301, 304, 400, 401, 404, 409, 413, 429, 500, 502, 599, 999]),
  }),
  (chance, response) => ({
    ...response,
    headers: {
      ...response.headers,
      ...pick<Record<string, string>>(chance, [
        { "x-inngest-no-retry": pick(chance, ["true", "false", "TRUE", "", "yes"]) },
        { "retry-after": pick(chance, ["-1", "0", "3", "1e9", "soon", "2026-13-45", "Thu, 01 Jan 1970 00:00:00 GMT"]) },
        { "x-inngest-req-version": pick(chance, ["-1", "0", "1", "2", "99", "x", ""]) },
        { "x-inngest-sdk": pick(chance, ["", "inngest-js:v1.0.0", "go:v0.16.0", "\u0000"]) },
      ]),
    },
  }),
];

const oddValues: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  "",
  " ",
  "9999d",
  "-1h",
  "1969-01-01T00:00:00Z",
  "no such thing",
  "x".repeat(5_000),
  [],
  [[]],
  {},
  { data: 1, error: 1 },
  ...opNames,
  "StepNotFound",
];

function inJson(chance: Chance, body: string): string {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    // Text that was broken before stays as it is.
    return body;
  }
  return JSON.stringify(changeIn(chance, value, 0)) ?? "";
}

function changeIn(chance: Chance, value: unknown, depth: number): unknown {
  if (Array.isArray(value) && value.length > 0 && chance() < 0.85) return changeList(chance, value, depth);
  if (typeof value === "object" && value !== null && chance() < 0.9) return changeObject(chance, value, depth);
  return chance() < 0.05 ? nested(2_000) : pick(chance, oddValues);
}

function changeList(chance: Chance, list: readonly unknown[], depth: number): unknown {
  const at = Math.floor(chance() * list.length);
  const kind = chance();
  if (kind < 0.15) return list.toSpliced(at, 1);
  if (kind < 0.35) return [...list, list[at]];
  if (kind < 0.4) return Array.from({ length: 1_100 }, () => list[at]);
  return list.toSpliced(at, 1, changeIn(chance, list[at], depth + 1));
}

function changeObject(chance: Chance, value: object, depth: number): unknown {
  const entries = Object.entries(value);
  const [key, item] = entries.length === 0 ? ["id", null] : pick(chance, entries);
  if (chance() < 0.15) return Object.fromEntries(entries.filter(([name]) => name !== key));
  return { ...value, [key]: changeIn(chance, item, depth + 1) };
}

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}
