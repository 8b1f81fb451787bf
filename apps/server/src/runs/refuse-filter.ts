// The end of a command whose filter the server does not take.
import { guessFunctions } from "../functions/guess.ts";
import { refused, type RemoteFailure } from "../remote/open-client.ts";
import type { ServerClient, ServerFailure } from "../remote/server-client.ts";
import type { RunsFilter } from "./filter.ts";

/** Says which function is probably meant, where it is the function that nobody knows. */
export async function refuseFilter(
  client: ServerClient,
  failure: ServerFailure,
  filter: RunsFilter,
): Promise<RemoteFailure> {
  const { function: slug } = filter;
  if (failure.code !== "FILTER_INVALID" || slug === null || !failure.message.includes(`"${slug}"`))
    return refused(failure);
  return { kind: "failed", message: `the server knows no function "${slug}"${await guessFunctions(client, [slug])}` };
}
