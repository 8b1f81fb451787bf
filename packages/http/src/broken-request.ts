// Answers what never became a request: too slow, too large a head, or no HTTP at all.
import type { Socket } from "node:net";
import { headersTooLarge, requestMalformed, requestTooSlow, type StepwrightError } from "@stepwright/protocol";

/** Bytes of a request's headers: Node's own limit. */
const headerBytesMax = 16 * 1024;

/** Says what was wrong and closes the connection, whose end of the next request nobody could find. */
export function answerBrokenRequest(
  error: NodeJS.ErrnoException,
  socket: Socket,
  o: { readonly timeoutMs: number },
): void {
  // Gone already, or in the middle of an answer: there is nobody to tell.
  if (!socket.writable || error.code === "ECONNRESET" || isAnswering(socket)) {
    socket.destroy();
    return;
  }
  const known = describe(error, o.timeoutMs);
  const body = JSON.stringify({ code: known.code, error: known.message, data: null, status: known.status });
  const head = `HTTP/1.1 ${known.status} ${reasons[known.status] ?? "Bad Request"}`;
  const headers = `content-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close`;
  socket.end(`${head}\r\n${headers}\r\n\r\n${body}`, () => socket.destroy());
}

const reasons: Readonly<Record<number, string>> = {
  408: "Request Timeout",
  431: "Request Header Fields Too Large",
};

function describe(error: NodeJS.ErrnoException, timeoutMs: number): StepwrightError {
  switch (error.code) {
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return requestTooSlow({ seconds: timeoutMs / 1000 });
    case "HPE_HEADER_OVERFLOW":
      return headersTooLarge({ max: headerBytesMax });
    default:
      return requestMalformed({ reason: error.message });
  }
}

/** Node keeps the answer under way on the socket; only there can it be seen whether it has begun. */
function isAnswering(socket: Socket): boolean {
  const { _httpMessage: message } = socket as Socket & { readonly _httpMessage?: { readonly headersSent?: boolean } };
  return message?.headersSent === true;
}
