// What a command has of the process it runs in: its environment, where it reads and writes, and when to give up.

/** The environment of the process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The surroundings of a command. */
export interface Terminal {
  readonly env: Environment;
  /** Reads standard input to its end; null where there is none to read, as on a keyboard. */
  readInput(): Promise<string | null>;
  /** True when something was put on standard input: a file, or what another command writes. */
  readonly hasInput: boolean;
  /** Writes what was asked for. */
  write(text: string): void;
  /** Writes what is said beside it. */
  remark(text: string): void;
  /** Aborted when the person gives up, and when nobody reads what is written any more. */
  readonly signal: AbortSignal;
  now(): number;
}
