// Judges an answer: is it one that the document promises, and does an error say in a sentence what was wrong.
import { mismatches } from "./json-schema.ts";
import type { FuzzRequest } from "./make-request.ts";
import type { Outcome } from "./send.ts";

/** Says what is wrong with an answer; empty when it is fine. */
export function judge(request: FuzzRequest, outcome: Outcome): readonly string[] {
  if (outcome.kind === "hung") return ["no answer came"];
  // What is refused before it is read as a request is answered with a body to HEAD as well.
  if (outcome.kind === "broken") return request.method === "HEAD" ? [] : [`the connection broke: ${outcome.reason}`];
  const { status, text } = outcome;
  const { operation, isOfOperation, hasKey } = request;
  const described = isOfOperation ? operation.answers.get(status) : undefined;
  if (status >= 500 && described === undefined && !isUnsupported(status, text)) return [`status ${status}`];
  if (request.method === "HEAD") return text === "" ? [] : ["a body to HEAD"];
  if (isOfOperation && !hasKey && operation.keyIn !== "nowhere" && ![400, 401, 403, 431].includes(status))
    return [`status ${status} without a key`];
  if (described !== undefined) {
    const problems = bodyProblems(described, outcome);
    return status < 400 || messageOf(parsed(text)) === null
      ? problems
      : [...problems, ...sentenceProblems(request, text)];
  }
  if (status >= 400) return errorProblems(request, outcome);
  if (isOfOperation) return [`status ${status} is not described`];
  return [];
}

/** Some features are no part of the product, whatever is asked of them, and REST v2 answers other methods so. */
function isUnsupported(status: number, text: string): boolean {
  return status === 501 && /"code":"(not_implemented|NOT_SUPPORTED)"|"message":"[A-Z]+ is not allowed on /.test(text);
}

type Answered = Extract<Outcome, { kind: "answered" }>;

function bodyProblems(
  { schema, contentType }: { readonly schema: object | null; readonly contentType: string | null },
  { text, headers }: Answered,
): readonly string[] {
  const given = String(headers["content-type"] ?? "");
  if (schema === null) {
    if (contentType === null) return text === "" ? [] : [`a body where none is described: ${text.slice(0, 100)}`];
    return given.startsWith(contentType) ? [] : [`it is ${given}, not ${contentType}`];
  }
  const value = parsed(text);
  if (value === undefined) {
    // A body without a byte is a message without a field in OpenTelemetry's protobuf.
    return given === "application/x-protobuf" ? [] : [`what should be JSON is ${JSON.stringify(text.slice(0, 100))}`];
  }
  const isTyped = given.startsWith("application/json") ? [] : [`JSON comes as ${JSON.stringify(given)}`];
  return [...isTyped, ...mismatches({ ...schema }, value)];
}

function errorProblems(request: FuzzRequest, answer: Answered): readonly string[] {
  const value = parsed(answer.text);
  if (value === undefined)
    return [`status ${answer.status} whose body is no JSON: ${JSON.stringify(answer.text.slice(0, 100))}`];
  // What never became a request of the operation has the shape of the API that its path belongs to, or the one that most have.
  const isRead = request.isOfOperation && ![408, 431].includes(answer.status);
  const shapes = isRead ? [request.operation.error] : [request.operation.error, plainError];
  const found = shapes.map((shape) => mismatches(shape, value));
  const best = found.some((problems) => problems.length === 0) ? [] : (found[0] ?? []);
  return [
    ...best.map((problem) => `an error of status ${answer.status}: ${problem}`),
    ...sentenceProblems(request, answer.text),
  ];
}

/** The error of everything that is no API with its own. */
export const plainError = {
  type: "object",
  properties: {
    code: { type: "string", pattern: "^[A-Za-z_0-9]+$" },
    error: { type: "string" },
    data: {},
    status: { type: "integer" },
  },
  required: ["code", "error", "data", "status"],
  additionalProperties: false,
};

/** An error is to be read by a person: it has words, and nothing in it that only a program could have written. */
function sentenceProblems({ target, body }: FuzzRequest, text: string): readonly string[] {
  const message = messageOf(parsed(text));
  if (message === null) return ["the error has no message"];
  if (message.trim().split(/\s+/).length < 2) return [`no sentence: ${JSON.stringify(message)}`];
  const slip = /\[object Object\]|\bundefined\b|Cannot (?:read|convert)|is not a function|SQLITE/.exec(message);
  if (slip === null) return [];
  const sent = `${decoded(target)} ${body?.toString("utf8") ?? ""}`;
  // A key that is told may have been put into another spelling.
  return plainWords(sent).includes(plainWords(slip[0]))
    ? []
    : [`an error that tells of its code: ${message.slice(0, 200)}`];
}

function messageOf(value: unknown): string | null {
  if (typeof value !== "object" || value === null) return null;
  const { error, message, errors } = value as {
    readonly error?: unknown;
    readonly message?: unknown;
    readonly errors?: unknown;
  };
  if (typeof error === "string" && error !== "") return error;
  if (typeof message === "string" && message !== "") return message;
  return Array.isArray(errors) ? messageOf(errors[0]) : null;
}

function plainWords(text: string): string {
  return text.replaceAll("_", "").toLowerCase();
}

/** Byte by byte, since not all of it is UTF-8. */
function decoded(target: string): string {
  return target.replace(/%([0-9A-F]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
