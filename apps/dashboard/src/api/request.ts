// Calls the server's own API. The only place that fetches.

/** The server refused a request, or could not be reached (`status` 0). The message is fit to be shown. */
export class ApiFailure extends Error {
  readonly status: number;
  readonly code: string;
  /** What is wrong, one by one, when the server lists it. */
  readonly problems: readonly string[];

  constructor(
    message: string,
    facts: { readonly status: number; readonly code: string; readonly problems?: readonly string[] },
  ) {
    super(message);
    this.name = "ApiFailure";
    this.status = facts.status;
    this.code = facts.code;
    this.problems = facts.problems ?? [];
  }
}

/** Tells that there is no answer at all. */
export function unreachable(): ApiFailure {
  const message = "The server does not answer. It may be stopped or starting; this page goes on trying.";
  return new ApiFailure(message, { status: 0, code: "UNREACHABLE" });
}

/** Reads a resource. The server is of the same build, so its answers are taken as they are typed. */
export async function readApi<T>(
  path: string,
  options: { readonly query?: Readonly<Record<string, string>>; readonly signal?: AbortSignal } = {},
): Promise<T> {
  const search = new URLSearchParams(options.query).toString();
  const response = await send(
    search === "" ? path : `${path}?${search}`,
    options.signal === undefined ? {} : { signal: options.signal },
  );
  return (await response.json()) as T;
}

/** Sends a command; resolves with its answer, or with undefined when it has none. */
export async function callApi<T = undefined>(method: "POST" | "DELETE", path: string, body?: unknown): Promise<T> {
  const content =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
  const response = await send(path, { method, ...content });
  return (response.status === 204 ? undefined : await response.json()) as T;
}

async function send(path: string, init: RequestInit): Promise<Response> {
  const response = await fetch(path, { ...init, credentials: "same-origin" }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw unreachable();
  });
  if (response.ok) return response;
  throw failureOf(response.status, await response.json().catch(() => null));
}

function failureOf(status: number, body: unknown): ApiFailure {
  const { error, code, data } = fields(body);
  const message = typeof error === "string" && error !== "" ? error : `The server answered with HTTP ${status}.`;
  return new ApiFailure(message, {
    status,
    code: typeof code === "string" ? code : "UNKNOWN",
    problems: problemTexts(fields(data)["problems"]),
  });
}

function problemTexts(problems: unknown): readonly string[] {
  if (!Array.isArray(problems)) return [];
  return problems.flatMap((problem: unknown) => {
    if (typeof problem === "string") return [problem];
    const { message, error } = fields(problem);
    return typeof message === "string" ? [message] : typeof error === "string" ? [error] : [];
  });
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
