// The file of settings: where it is looked for, and how it is read.
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { configInvalid } from "@stepwright/protocol";
import { parseFlatYaml } from "./flat-yaml.ts";

/** The name of the file that is written about. */
export const configFileName = "stepwright.json";

/** Names that are looked for, the first one wins. Those of the server that this one replaces come last. */
const fileNames = ["stepwright", "inngest"].flatMap((name) => [`${name}.json`, `${name}.yaml`, `${name}.yml`]);

/** A file that was read. */
export interface ConfigFile {
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
  /**
   * True for a file that was found by the name of the other server's: it may be meant for that one, so what is wrong with it
   * is only told.
   */
  readonly isForeign: boolean;
}

/** Where to look. */
export interface ConfigFilePlace {
  /** The path that was named; null looks for a file. */
  readonly named: string | null;
  readonly cwd: string;
  /** The user's home; null when there is none. */
  readonly home: string | null;
}

/** Reads the file; null when there is none. Throws CONFIG_INVALID for one that is named, or ours, and cannot be read. */
export function readConfigFile(
  { named, cwd, home }: ConfigFilePlace,
  onNotice: (sentence: string) => void,
): ConfigFile | null {
  const path = named === null ? findFile(cwd, home) : resolve(cwd, named);
  if (path === null) return null;
  const isForeign = named === null && basename(path).startsWith("inngest.");
  try {
    const values = parseFile(path);
    if (isForeign) onNotice(`Settings are read from ${path}.`);
    return { path, values, isForeign };
  } catch (error) {
    if (!isForeign) throw error;
    onNotice(`${path} has no effect: ${error instanceof Error ? error.message : String(error)}.`);
    return null;
  }
}

function findFile(cwd: string, home: string | null): string | null {
  const inHome = home === null ? [] : ["stepwright", "inngest"].map((name) => join(home, ".config", name));
  const paths = [...foldersUpward(cwd), ...inHome].flatMap((folder) => fileNames.map((name) => join(folder, name)));
  return paths.find((path) => existsSync(path)) ?? null;
}

function foldersUpward(start: string): readonly string[] {
  const folder = resolve(start);
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...foldersUpward(parent)];
}

function parseFile(path: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    const text = readFileSync(path, "utf8");
    value = /\.ya?ml$/.test(path) ? parseFlatYaml(text) : JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw configInvalid(
      { key: "config", value: path, source: "file", allowed: `it cannot be read: ${reason}` },
      { cause },
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw configInvalid({
      key: "config",
      value: path,
      source: "file",
      allowed: `it must hold an object such as {"port": 8288}`,
    });
  }
  return { ...value };
}
