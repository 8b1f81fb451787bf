// What an error of the product is, and how the error table declares one.
import type { JsonObject } from "./json.ts";

/** Every error the product raises on purpose; anything else that is thrown is a bug and becomes a 500. */
export class StepwrightError extends Error {
  override readonly name = "StepwrightError";
  /** Stable code, as the API spells it. */
  readonly code: string;
  /** HTTP status it is answered with. */
  readonly status: number;
  /** Whether the same request may succeed later without a change. */
  readonly retryable: boolean;
  /** Facts behind the message, for machines. */
  readonly details: JsonObject;

  constructor(o: {
    readonly code: string;
    readonly status: number;
    readonly message: string;
    readonly retryable: boolean;
    readonly details: JsonObject;
    readonly cause?: unknown;
  }) {
    super(o.message, o.cause === undefined ? undefined : { cause: o.cause });
    this.code = o.code;
    this.status = o.status;
    this.retryable = o.retryable;
    this.details = o.details;
  }
}

/** Names of the `{placeholders}` in a message template. */
type Placeholders<Template extends string> = Template extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

/** The values of a template's placeholders. */
type Values<Template extends string> = Readonly<Record<Placeholders<Template>, string | number>>;

/** What may go along with an error: further details for machines, and the error that led to it. */
export interface ErrorContext {
  readonly details?: JsonObject;
  readonly cause?: unknown;
}

/** One row of the error table. */
export interface ErrorRow {
  readonly code: string;
  readonly status: number;
  readonly template: string;
  readonly retryable: boolean;
}

/** Makes one kind of error; the row it was declared with is readable on it. */
export interface ErrorDefinition<Template extends string> extends ErrorRow {
  readonly template: Template;
  (values: Values<Template>, context?: ErrorContext): StepwrightError;
}

// Values come from outside and go into answers and logs: a limit keeps a
// megabyte of bad input from coming back as a megabyte of message.
const valueCharsMaxDefault = 200;

/**
 * Declares one error.
 *
 * The template's `{placeholders}` are filled from the values, long ones shortened; the values are also the
 * error's details, unshortened. Server-side trouble (5xx) counts as retryable unless told otherwise. `valueCharsMax` is for
 * values that are sentences of ours; the default is 200.
 */
export function defineError<const Template extends string>(
  code: string,
  status: number,
  template: Template,
  options: { readonly retryable?: boolean; readonly valueCharsMax?: number } = {},
): ErrorDefinition<Template> {
  const { retryable = status >= 500, valueCharsMax = valueCharsMaxDefault } = options;
  const make = (values: Values<Template>, context: ErrorContext = {}): StepwrightError =>
    new StepwrightError({
      code,
      status,
      message: fill(template, values, valueCharsMax),
      retryable,
      details: { ...values, ...context.details },
      cause: context.cause,
    });
  return Object.assign(make, { code, status, template, retryable });
}

function fill(template: string, values: Readonly<Record<string, string | number>>, valueCharsMax: number): string {
  return template.replace(/\{(\w+)\}/g, (placeholder, name: string) => {
    const value = values[name];
    return value === undefined ? placeholder : shorten(String(value), valueCharsMax);
  });
}

function shorten(text: string, charsMax: number): string {
  return text.length <= charsMax ? text : `${text.slice(0, charsMax)}…`;
}
