// docs/errors.md, written from the error table.
import { errorTable, type ErrorRow } from "@stepwright/protocol";

/** Writes the page: every error with its status, what it says, and whether the same request may succeed later. */
export function errorsPage(): string {
  const answered = errorTable.filter(({ code }) => !startCodes.test(code));
  const atStart = errorTable.filter(({ code }) => startCodes.test(code));
  return `# Errors

<!-- Written by \`pnpm --filter @stepwright/server run docs\` from the error table; a test checks that it is current. -->

Every error has a stable code, an HTTP status and a message that says what was wrong and what to do.
The API answers with \`{"code", "error": message, "data", "status"}\`, the event API with \`{"ids": [], "status", "error": message, "code"}\`;
where single items of a list are wrong, \`problems\` has each of them. Parts in braces stand for values.

An error marked as worth a retry may go away by itself: sending the same request again later can succeed.

| code | status | message | retry |
|---|---|---|---|
${answered.map(rowOf).join("\n")}

## Errors of the command line

These stop the start of a server with exit code 1 and the message on stderr.

| code | message |
|---|---|
${atStart.map(({ code, template }) => `| \`${code}\` | ${escaped(template)} |`).join("\n")}
`;
}

const startCodes = /^(CONFIG_|DATA_|PORT_IN_USE)/;

function rowOf({ code, status, template, retryable }: ErrorRow): string {
  return `| \`${code}\` | ${status} | ${escaped(template)} | ${retryable ? "yes" : ""} |`;
}

function escaped(template: string): string {
  return template.replaceAll("|", "\\|").replaceAll("<", "\\<");
}
