// What a span keeps of the answer of a call, beside what the answer came to: its status, and headers that help to find out why.
import type { JsonObject } from "@stepwright/protocol";
import type { Call } from "./call.ts";

/** Headers that are kept, and those of the SDK. Cookies and whatever else an app may send are none of ours to store. */
const kept: ReadonlySet<string> = new Set([
  "content-type",
  "server-timing",
  "retry-after",
  "user-agent",
  "server",
  "via",
]);
const keptPrefix = "x-inngest-";
const headersMax = 16;
const valueLengthMax = 256;

/** The detail of a span about the answer; nothing for a call that has none. */
export function answerDetail({ answer }: Call): JsonObject {
  if (answer === undefined) return {};
  const headers: { [name: string]: string } = {};
  let count = 0;
  for (const [name, value] of Object.entries(answer.headers)) {
    if (!(kept.has(name) || name.startsWith(keptPrefix)) || name === "x-inngest-signature") continue;
    headers[name] = value.slice(0, valueLengthMax);
    count += 1;
    if (count === headersMax) break;
  }
  return { response: { status: answer.status, headers } };
}
