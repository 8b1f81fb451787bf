// A server on a virtual clock as a process of its own, and what tests in any language ask of it.
import type { ApiRun } from "@stepwright/protocol";
import { expect } from "vitest";
import { readDocuments } from "../fuzz/documents.ts";
import { mismatches } from "../fuzz/json-schema.ts";
import type { FuzzOperation } from "../fuzz/operation.ts";
import { useServer } from "../harness/scope.ts";
import type { Answer } from "../harness/server-api.ts";
import type { ServerProcess } from "../harness/server-process.ts";

/** What the clock says. */
export interface ClockState {
  readonly now: number;
  readonly nextAt: number | null;
  readonly jumpedTo?: number | null;
}

/** `/api/test/*`. */
export interface TestApi {
  /** Asks; throws with the answer unless it was a success. */
  post<T = null>(path: string, body?: unknown): Promise<T>;
  /** The same, whatever the answer is. */
  answer(method: "GET" | "POST" | "DELETE", path: string, body?: unknown): Promise<Answer>;
  clock(): Promise<ClockState>;
  advance(by: string | number): Promise<ClockState>;
  finish(runId: string): Promise<ApiRun>;
  pending(functions?: string): Promise<readonly { readonly kind: string; readonly step: string | null }[]>;
}

/** Where its time begins. */
export const clockStart = "2030-01-01T00:00:00.000Z";

/** Starts such a server for the tests of a file. */
export function useVirtualServer(args: readonly string[] = []): ServerProcess {
  return useServer({ args: ["--virtual-clock", "--clock-start", clockStart, ...args] });
}

/** What there is to ask of it. Every answer is held against the document that the server itself has of its API. */
export function testApi(server: ServerProcess): TestApi {
  let documents: Promise<readonly FuzzOperation[]> | null = null;
  const answer: TestApi["answer"] = async (method, path, body) => {
    const given = await server.request(method, `/api/test/${path}`, body === undefined ? {} : { body });
    documents ??= readDocuments(async (url) => (await server.request("GET", url)).json);
    expect({ method, path, problems: undescribed(await documents, { method, path }, given) }).toEqual({
      method,
      path,
      problems: [],
    });
    return given;
  };
  const ask = async <T>(method: "GET" | "POST", path: string, body?: unknown): Promise<T> => {
    const { status, text, json } = await answer(method, path, body);
    if (status !== 200 && status !== 204) throw new Error(`${method} ${path} answered ${status}: ${text}`);
    // The shape is what the tests are about.
    return (status === 204 ? null : json) as T;
  };
  return {
    answer,
    post: (path, body) => ask("POST", path, body),
    clock: () => ask("GET", "clock"),
    advance: (by) => ask("POST", "clock/advance", { by }),
    finish: (runId) => ask("POST", `runs/${runId}/finish`),
    pending: async (functions = "") =>
      (await ask<{ items: Awaited<ReturnType<TestApi["pending"]>> }>("GET", `queue?functions=${functions}`)).items,
  };
}

/** What of an answer is not as described. */
function undescribed(
  operations: readonly FuzzOperation[],
  asked: { readonly method: string; readonly path: string },
  { status, json, text }: Answer,
): readonly string[] {
  const [path = ""] = asked.path.split("?");
  const operation = operations.find(
    (one) => one.method === asked.method && patternOf(one.path).test(`/api/test/${path}`),
  );
  if (operation === undefined) return ["the operation is not described"];
  if (status >= 400) return mismatches(operation.error, json);
  const described = operation.answers.get(status);
  if (described === undefined) return [`status ${status} is not described`];
  if (described.schema === null) return text === "" ? [] : ["it has a body"];
  return mismatches({ ...described.schema }, json);
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`);
}
