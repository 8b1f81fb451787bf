// Why nobody answers at the URL of an app.
import type { AppLook } from "./app-look.ts";
import type { Finding } from "./finding.ts";

/** Finds it. */
export function findUnreachable(url: string, look: Extract<AppLook, { kind: "unreachable" }>): Finding {
  const { host, hostname, protocol } = new URL(url);
  const finding = (code: string, says: string, fix: string): Finding => ({ code, says, fix });
  switch (look.reason) {
    case "refused":
      return finding(
        "APP_NOT_RUNNING",
        `nothing listens at ${host}`,
        `Start the app, or name the URL at which it serves its functions: stepwright doctor URL`,
      );
    case "unknownHost":
      return finding(
        "APP_HOST_UNKNOWN",
        `the host ${hostname} has no address here`,
        `Name the app by a host that this machine and the server know: stepwright apps sync URL`,
      );
    case "silent":
      return finding(
        "APP_SILENT",
        `the app at ${url} does not answer: ${look.message}`,
        `See what the app itself is doing, and whether something between drops the connection`,
      );
    case "insecure":
      return finding(
        "APP_TLS",
        `there is no secure connection to ${url}: ${look.message}`,
        `Use a certificate that is trusted here, or plain http: stepwright apps sync ${url.replace(/^https:/, "http:")}`,
      );
    case "broken":
      return finding(
        "APP_CONNECTION_BROKEN",
        `the connection to ${url} breaks: ${look.message}`,
        `Check that the app speaks ${protocol.replace(":", "")} on that port, and see what it has logged`,
      );
  }
}
