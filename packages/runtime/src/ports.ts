// The four ports: everything the runtime needs from outside. Programs differ only in what they plug in.
import type { Millis } from "@stepwright/protocol";
import type { Storage } from "@stepwright/storage";

export type { Storage };

/** The only source of time for engine, runtime and storage. */
export interface Clock {
  now(): Millis;
  /** The time of the real world, for signatures that an app checks against its own clock. Equal to `now` on the wall. */
  wallNow(): Millis;
  /** Resolves when `at` has come, never earlier; resolves early (without error) when the signal aborts. */
  sleepUntil(at: Millis, signal: AbortSignal): Promise<void>;
  /** Resolves when so many milliseconds have passed, however the clock is set meanwhile; early when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** The only source of chance. */
export interface Random {
  /** A new ULID for this time; ids of one process rise strictly. */
  ulid(now: Millis): string;
  /** Uniform in [0, 1). */
  fraction(): number;
}

/** A request to an app (a call, a sync) or to a URL that a step asked for. */
export interface OutgoingRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly timeoutMs: number;
  /** An answer longer than this is cut off and reported as `tooLarge`. */
  readonly responseBytesMax: number;
}

/** How a request ended. `code` is a code of the error table; no failure throws. */
export type OutgoingResult =
  | {
      readonly kind: "response";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  | {
      readonly kind: "failed";
      readonly code:
        | "APP_UNREACHABLE"
        | "APP_TIMEOUT"
        | "APP_CONNECTION_LOST"
        | "APP_RESPONSE_TOO_LARGE"
        | "APP_REDIRECT"
        | "APP_TLS"
        | "APP_BAD_RESPONSE";
      readonly message: string;
    };

/** Makes HTTP requests. Redirects are followed by re-sending method, headers and body (sdk-protocol.md §5.1). */
export interface AppClient {
  request(request: OutgoingRequest, signal: AbortSignal): Promise<OutgoingResult>;
  /** Says whether something listens on a port of this machine. */
  isPortOpen(port: number): Promise<boolean>;
  /** Says whether something takes connections where a URL points to. */
  isReachable(url: string): Promise<boolean>;
  /** Requests whose answers wait for a clock that somebody moves: there is no use in waiting for them. Absent: there are none. */
  readonly asleep?: number;
  close(): Promise<void>;
}

/** The ports together. */
export interface Ports {
  readonly clock: Clock;
  readonly random: Random;
  readonly appClient: AppClient;
  readonly storage: Storage;
}
