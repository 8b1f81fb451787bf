// What both majors of the SDK hand to a function, as far as the tests use it.
// The SDKs' own types differ in what they infer; a test that runs on both is written against this.

/** An event as a function sees it. */
export interface ReceivedEvent {
  readonly id: string;
  readonly name: string;
  // Every test knows the data that it sends.
  readonly data: Readonly<Record<string, unknown>>;
  readonly ts: number;
  readonly user?: object;
  readonly v?: string;
}

/** An event to send. */
export interface SentEvent {
  readonly name: string;
  readonly data?: object;
  readonly id?: string;
  readonly ts?: number;
}

/** The step tools. */
export interface Step {
  run<T>(id: string | { readonly id: string; readonly parallelMode?: "race" }, work: () => T | Promise<T>): Promise<T>;
  run<T, I>(id: string, work: (input: I) => T | Promise<T>, input: I): Promise<T>;
  sleep(id: string, duration: number | string): Promise<void>;
  sleepUntil(id: string, at: Date | string): Promise<void>;
  waitForEvent(
    id: string,
    options: {
      readonly event: string;
      readonly timeout: number | string;
      readonly if?: string;
      readonly match?: string;
    },
  ): Promise<ReceivedEvent | null>;
  invoke(
    id: string,
    options: { readonly function: unknown; readonly data?: object; readonly timeout?: number | string },
  ): Promise<unknown>;
  sendEvent(id: string, events: SentEvent | readonly SentEvent[]): Promise<{ readonly ids: readonly string[] }>;
  waitForSignal(
    id: string,
    options: { readonly signal: string; readonly timeout: number | string; readonly onConflict: "replace" | "fail" },
  ): Promise<{ readonly signal: string; readonly data: unknown } | null>;
  sendSignal(id: string, options: { readonly signal: string; readonly data?: unknown }): Promise<unknown>;
  fetch(url: string, init?: RequestInit): Promise<Response>;
  readonly ai: {
    infer(id: string, options: { readonly model: unknown; readonly body: object }): Promise<unknown>;
    wrap<T, I>(id: string, work: (input: I) => T | Promise<T>, input: I): Promise<T>;
    readonly models: {
      openai(options: { readonly model: string; readonly apiKey: string; readonly baseUrl: string }): unknown;
    };
  };
}

/** What a function is called with. */
export interface StepContext {
  /** SDK v4 only. */
  readonly group: { parallel<T>(work: () => Promise<T>): Promise<T> };
  readonly event: ReceivedEvent;
  readonly events: readonly ReceivedEvent[];
  readonly step: Step;
  readonly runId: string;
  readonly attempt: number;
  /** Given to `onFailure` handlers. */
  readonly error?: Error;
}

/** A function's code. */
export type FunctionHandler = (context: StepContext) => unknown;
