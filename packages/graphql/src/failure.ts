// Errors of resolvers, in the words that clients of the protocol know.
import { GraphQLError } from "graphql";

/** An error whose message goes to the client. */
export function failure(message: string): GraphQLError {
  return new GraphQLError(message);
}

/** What a lookup says that found nothing. */
export function notFound(noun: string, id: string): GraphQLError {
  return failure(`${noun} not found: ${id}`);
}
