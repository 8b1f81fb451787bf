// How the raw app looks over HTTP: its registration, and calls and answers as texts.
import { type AppAnswer, type AppCall, type RawFunction, rawFunctions } from "./raw-functions.ts";

/** The function with this id. */
function functionById(functionId: string): RawFunction {
  const fn = functionsById.get(functionId);
  if (fn === undefined) throw new Error(`there is no function ${functionId}`);
  return fn;
}

const functionsById = new Map(rawFunctions.map((fn) => [`bench-${fn.name}`, fn]));

/** What the app sends to `/fn/register`. */
export function registrationOf(url: string): object {
  return {
    url,
    deployType: "ping",
    framework: "raw",
    appName: "bench",
    sdk: "js:v3.54.2",
    v: "0.1",
    functions: rawFunctions.map(({ name, config }) => ({
      ...config,
      id: `bench-${name}`,
      name,
      triggers: [{ event: `bench/${name}` }],
      steps: {
        step: { id: "step", name: "step", runtime: { type: "http", url: `${url}?fnId=bench-${name}&stepId=step` } },
      },
    })),
  };
}

/** Reads a call from its path and body, and finds the answer. */
export function readCall(path: string, body: string): ReadCall {
  const query = new URLSearchParams(path.slice(path.indexOf("?")));
  const functionId = query.get("fnId") ?? "";
  const { ctx, event, steps } = JSON.parse(body) as {
    readonly ctx: AppCall["ctx"];
    readonly event: { readonly data: AppCall["data"] };
    readonly steps: AppCall["steps"];
  };
  const call = { ctx, stepId: query.get("stepId") ?? "", data: event.data, steps };
  return { functionId, call, answer: functionById(functionId).answer(call) };
}

/** A call and what the app says to it. */
export interface ReadCall {
  readonly functionId: string;
  readonly call: AppCall;
  readonly answer: AppAnswer;
}

/** An answer as it goes over HTTP. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const sdkHeaders = { "content-type": "application/json", "x-inngest-sdk": "js:v3.54.2", "x-inngest-req-version": "1" };
const retryHeaders = { ...sdkHeaders, "x-inngest-no-retry": "false" };
const finalHeaders = { ...sdkHeaders, "x-inngest-no-retry": "true" };
const failure = JSON.stringify({
  name: "Error",
  message: "no luck today",
  stack: "Error: no luck today\n    at bench",
});

/** Writes an answer for the wire. */
export function wireAnswer(answer: AppAnswer): WireAnswer {
  if (answer === null) return { status: 200, headers: sdkHeaders, body: '{"ok":true}' };
  if (answer === "failed") return { status: 400, headers: finalHeaders, body: failure };
  return { status: 206, headers: retryHeaders, body: JSON.stringify(answer) };
}
