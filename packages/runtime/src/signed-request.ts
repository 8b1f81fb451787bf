// Requests to apps in the server's name: signed when there is a key, with the other key when an app refuses the first.
import { headers, type JsonText, signRequest } from "@stepwright/protocol";
import type { OutgoingRequest, OutgoingResult } from "./ports.ts";
import type { Shell } from "./shell.ts";

/**
 * Sends a request to an app.
 *
 * Keys are changed one program at a time, so an app may still have the old one. An SDK refuses a signature before it
 * runs anything, hence nothing runs twice.
 */
export async function requestSigned(
  shell: Shell,
  request: Omit<OutgoingRequest, "body"> & { readonly body: JsonText },
): Promise<OutgoingResult> {
  const { signingKey, signingKeyFallback } = shell.settings;
  const answer = await shell.ports.appClient.request(signed(shell, request, signingKey), shell.signal);
  if (signingKeyFallback === null || answer.kind !== "response" || answer.status !== 401) return answer;
  return shell.ports.appClient.request(signed(shell, request, signingKeyFallback), shell.signal);
}

function signed(
  shell: Shell,
  request: Omit<OutgoingRequest, "body"> & { readonly body: JsonText },
  key: string | null,
): OutgoingRequest {
  if (key === null) return request;
  // The signature's time is checked against the app's wall clock, so it is the one thing that never uses virtual time.
  const atSeconds = Math.floor(shell.ports.clock.wallNow() / 1000);
  const signature = signRequest({ key, body: request.body, atSeconds });
  return { ...request, headers: { ...request.headers, [headers.signature]: signature } };
}
