// Follows the live feed of a server, and comes back to it when the connection breaks.
import { setTimeout as pause } from "node:timers/promises";
import { type ApiLiveMessage, tryParseJson } from "@stepwright/protocol";
import type { ServerClient, ServerFailure } from "./server-client.ts";

/** What is heard. */
export type LiveNews =
  | ApiLiveMessage
  /** The feed is open from now on: what happened before is to be read. Comes again after a break. */
  | { readonly kind: "open" }
  /** The connection broke; it is tried again until it is back. */
  | { readonly kind: "lost" }
  /** It could not be opened at all; this is the last thing heard. */
  | ServerFailure;

const againMs = 1_000;
/** The server says every 15 seconds that it is still there. */
const silenceMs = 45_000;

/** Yields news until the signal. */
export async function* followLive(client: ServerClient, signal: AbortSignal): AsyncGenerator<LiveNews, void> {
  for (let hasOpened = false; !signal.aborted;) {
    const opened = await client.stream("/api/live", signal);
    if (opened.kind === "answer") {
      hasOpened = true;
      yield { kind: "open" };
      yield* messagesOf(opened.value, signal);
      if (!signal.aborted) yield { kind: "lost" };
    } else if (!hasOpened) {
      if (!signal.aborted) yield opened;
      return;
    }
    await pause(againMs, undefined, { signal }).catch(() => {});
  }
}

/** The messages of a stream; ends when it breaks, falls silent or the signal comes. */
async function* messagesOf(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<ApiLiveMessage> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    while (!signal.aborted) {
      const { done, value } = await withinSilence(reader.read());
      if (done) return;
      const parts = (text + decoder.decode(value, { stream: true })).split("\n\n");
      text = parts.pop() ?? "";
      for (const part of parts) {
        const message = messageOf(part);
        if (message !== null) yield message;
      }
    }
  } catch {
    // Broken, silent or aborted: whoever follows comes back, or has gone.
  } finally {
    void reader.cancel().catch(() => {});
  }
}

function messageOf(part: string): ApiLiveMessage | null {
  const line = part.split("\n").find((each) => each.startsWith("data: "));
  // The feed's shape is taken as the server of this version promises it.
  return line === undefined
    ? null
    : ((tryParseJson(line.slice("data: ".length)) as ApiLiveMessage | undefined) ?? null);
}

async function withinSilence<T>(reading: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("the feed is silent")), silenceMs);
  });
  try {
    return await Promise.race([reading, silence]);
  } finally {
    clearTimeout(timer);
  }
}
