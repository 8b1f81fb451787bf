// The one screen that `npm start` ends with: where to look and what to send.

import { relative } from "node:path";
import process from "node:process";
import { root } from "./workspace.mjs";

/** Writes the screen. Without an `appUrl` it is about the server alone. */
export function banner({ serverUrl, appUrl, functionCount, dataDirectory }) {
  const fromHere = relative(root, dataDirectory);
  const data = fromHere.startsWith("..") ? dataDirectory : fromHere;
  const lines = [
    "",
    bold("Stepwright is running"),
    "",
    `  Dashboard    ${serverUrl}`,
    ...(appUrl === undefined
      ? ["  Your app     start it with INNGEST_DEV=" + serverUrl]
      : [`  Example app  ${appUrl}  (${functionCount} functions registered)`]),
    `  Data         ${data}`,
    "",
    "  Send an event:",
    "",
    `    curl ${serverUrl}/e/dev -d '${exampleEvent}'`,
    "",
    ...(appUrl === undefined
      ? []
      : [`  then open ${serverUrl}/runs to watch its run, and ${appUrl}/outbox for the mail it sent.`, ""]),
    "  Ctrl-C stops everything; the next start goes on where this one ended.",
    "",
    "",
  ];
  return lines.join("\n");
}

const exampleEvent = JSON.stringify({
  name: "user/signed-up",
  data: { userId: "user-ada", email: "ada@example.com", name: "Ada" },
});

function bold(text) {
  return process.stdout.isTTY && process.env["NO_COLOR"] === undefined ? `\u001B[1m${text}\u001B[22m` : text;
}
