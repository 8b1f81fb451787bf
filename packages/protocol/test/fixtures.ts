// The golden fixtures: real exchanges between a hosted-compatible server and published SDKs.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(import.meta.dirname, "../fixtures");

/** One exchange of a capture. */
export interface Exchange {
  readonly direction: "engine->sdk" | "sdk->engine" | "client->engine" | "client->sdk";
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
    /** The exact bytes; absent when there was no body. */
    readonly raw?: string;
  };
  readonly response: {
    /** Absent when no answer came. */
    readonly status?: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
    readonly chunks?: readonly unknown[];
  };
}

/** One scenario. */
export interface Capture {
  readonly file: string;
  readonly exchanges: readonly Exchange[];
}

/** Reads all captured scenarios. */
export function readCaptures(): readonly Capture[] {
  return readdirSync(join(folder, "captures"))
    .sort()
    .map((file) => ({ file, exchanges: (readFixture(`captures/${file}`) as Capture).exchanges }));
}

/** Reads one fixture by its path. */
export function readFixture(path: string): unknown {
  return JSON.parse(readFileSync(join(folder, path), "utf8"));
}

/** Lists the fixtures of the outward API whose name starts so. */
export function apiFixtures(prefix: string): readonly string[] {
  return readdirSync(join(folder, "captures-api"))
    .filter((file) => file.startsWith(prefix))
    .map((file) => `captures-api/${file}`);
}
