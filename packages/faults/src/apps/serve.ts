// Serves an app's handler and counts the calls of its limited function: a call counts until it is answered or its connection
// is gone. The server holds a slot exactly as long as it holds the connection, so a call whose server was killed, whose
// connection was broken or that timed out counts no more, although its code may still be running.
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { Ledger } from "./ledger.ts";

/** What an app is started with, as arguments of its process: `<ledger file> <server url>`. */
export function readArguments(): { readonly ledgerFile: string; readonly serverUrl: string } {
  const [ledgerFile = "", serverUrl = ""] = process.argv.slice(-2);
  return { ledgerFile, serverUrl };
}

/** Listens on a free port and says so. */
export function serve(handler: RequestListener, ledger: Ledger): void {
  const server = createServer((request, response) => {
    const isLimited = request.method === "POST" && (request.url ?? "").includes("-limited&");
    if (isLimited) {
      const call = ledger.unique();
      const runId = String(request.headers["x-run-id"] ?? request.headers["x-inngest-run-id"] ?? "");
      ledger.write({ kind: "enter", call, runId, at: Date.now() });
      response.once("close", () => {
        const how = response.writableFinished ? "answered" : "gone";
        ledger.write({ kind: "leave", call, at: Date.now(), how });
      });
    }
    handler(request, response);
  });
  server.listen(0, "127.0.0.1", () => {
    process.stdout.write(`serving on ${(server.address() as AddressInfo).port}\n`);
  });
}
