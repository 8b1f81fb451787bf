// The help of `stepwright test`.

/** What `--help` prints. */
export const testHelp = `Runs a command beside a server on a virtual clock, then shows the runs that failed.

Usage: stepwright test [flags] -- <command> [arguments]

  stepwright test -- pytest
  stepwright test -u http://localhost:3000/api/inngest -- npx playwright test
  stepwright test --save-failed failed-runs -- go test ./...

The server is that of "stepwright dev --virtual-clock", on a free port. The command reads
where it is from STEPWRIGHT_URL, moves its clock and more over /api/test, and has the
variables of the SDKs, so that apps which it starts talk to it: INNGEST_DEV,
INNGEST_BASE_URL, INNGEST_API_BASE_URL, INNGEST_EVENT_API_BASE_URL, INNGEST_EVENT_KEY.
What is said about runs goes to standard error.

Exit code: that of the command; 126 or 127 when it cannot be run or is not there, and as
shells have it when a signal has ended it.

Flags, besides those of "stepwright dev":
  -u, --app-url URL
          URL of an app that is served by something else, to be synced as soon as it
          answers. May be repeated. Other apps register themselves.
      --clock-start TIME
          What time it is at first, such as 2026-01-31T09:00:00Z.
      --save-failed FOLDER
          Write a file for each failed run, which the dashboard opens.
      --verbose
          Show all runs, not only those that failed.
`;
