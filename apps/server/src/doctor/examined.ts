// What the doctor asks with, and what it gets.
import type { OpenedClient } from "../remote/open-client.ts";
import type { ServerFailure } from "../remote/server-client.ts";
import type { Terminal } from "../remote/terminal.ts";
import type { Diagnosis } from "./finding.ts";

/** The server that is asked, and the surroundings. */
export interface Asked extends OpenedClient {
  readonly terminal: Terminal;
}

/** A diagnosis, or why there is none. */
export type Examined = Diagnosis | ServerFailure;
