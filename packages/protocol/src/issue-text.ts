// What a schema has to say against a value, in words for whoever sent it.

/** As much as is needed of zod's issues. */
interface Issue {
  readonly message: string;
}

/** Words an issue; zod says of what is not there that `undefined` was received, which nobody has sent. */
export function issueText({ message }: Issue): string {
  return /^Invalid input: expected .*, received undefined$/.test(message) ? "it is missing" : message;
}
