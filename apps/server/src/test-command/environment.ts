// The variables that a tested command finds its server by.
import type { Environment } from "../remote/terminal.ts";

/** The environment of the command: ours, with the server at `url` for SDKs, for tests and for commands of this program. */
export function environmentOf(
  env: Environment,
  { url, failedRuns }: { readonly url: string; readonly failedRuns: string | null },
): Environment {
  return {
    ...env,
    // Engines inside of the tests save theirs there as well.
    ...(failedRuns === null ? {} : { STEPWRIGHT_FAILED_RUNS: failedRuns }),
    // A URL means what "1" does, and says where: the SDKs of all languages read it.
    INNGEST_DEV: url,
    INNGEST_BASE_URL: url,
    INNGEST_API_BASE_URL: url,
    INNGEST_EVENT_API_BASE_URL: url,
    INNGEST_EVENT_KEY: "test",
    STEPWRIGHT_URL: url,
    STEPWRIGHT_SERVER: url,
  };
}
