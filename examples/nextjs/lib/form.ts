// Answers posted forms: the same routes serve pages (form fields in, a redirect with a notice out) and scripts (JSON in and out).

/** What a form said, by field name; a JSON body's numbers and booleans arrive as text too. */
export type Fields = Readonly<Record<string, string>>;

/** What a route has to say: `notice` is the sentence that the page shows, `body` what a script gets. */
export interface Outcome {
  readonly status: number;
  readonly notice: string;
  readonly body: Record<string, unknown>;
}

/** The request cannot be served as it is; the message is for the person who sent it. */
export class FormError extends Error {
  override readonly name = "FormError";
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** Reads the form, lets `act` do what it asks for, and answers in the sender's own way. `page` is where the form is. */
export async function answerForm(
  request: Request,
  page: string,
  act: (fields: Fields) => Promise<Outcome>,
): Promise<Response> {
  const isJson = request.headers.get("content-type")?.startsWith("application/json") ?? false;
  const outcome = await attempt(async () => act(isJson ? await readJson(request) : await readForm(request)));
  if (isJson) return Response.json(outcome.body, { status: outcome.status });
  // 303 and a relative address: the browser gets the page whatever name it reached us by, and a reload posts nothing again.
  return new Response(null, { status: 303, headers: { location: `${page}?${noticeQuery(outcome)}` } });
}

/** Returns a field's text without surrounding space; throws a `FormError` when it is empty. */
export function required(fields: Fields, name: string): string {
  const text = fields[name]?.trim() ?? "";
  if (text === "") throw new FormError(400, `${name} is missing`);
  return text;
}

async function attempt(act: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await act();
  } catch (error) {
    const known = error instanceof FormError ? error : new FormError(500, "something went wrong; the log says what");
    if (known.status >= 500) console.error(error);
    return { status: known.status, notice: known.message, body: { error: known.message } };
  }
}

async function readForm(request: Request): Promise<Fields> {
  const form = await request.formData().catch(() => null);
  if (form === null) throw new FormError(400, "the body is neither a form nor JSON");
  const texts = [...form].filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return Object.fromEntries(texts);
}

async function readJson(request: Request): Promise<Fields> {
  const body: unknown = await request.json().catch(() => null);
  if (typeof body !== "object" || body === null) throw new FormError(400, "the body is no JSON object");
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, value === null ? "" : String(value)]));
}

function noticeQuery({ status, notice }: Outcome): URLSearchParams {
  return new URLSearchParams(status < 400 ? { notice } : { problem: notice });
}
