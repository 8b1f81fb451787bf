// Reads values that are JSON: written on the command line, in a file (`@file`), or put on standard input (`-`).
import { readFile } from "node:fs/promises";
import { isJsonObject, type JsonObject, type JsonValue, tryParseJson } from "@stepwright/protocol";
import type { Terminal } from "../remote/terminal.ts";

/** What was read; a mistake is a sentence. */
export type ReadJson<T> =
  | { readonly kind: "value"; readonly value: T }
  | { readonly kind: "failed"; readonly message: string };

type Input = Pick<Terminal, "readInput">;

/** Reads a value; `name` is what it is called where it was written, such as `--data`. */
export async function readJson(name: string, written: string, input: Input): Promise<ReadJson<JsonValue>> {
  const read = await readText(name, written, input);
  if (read.kind === "failed") return read;
  const value = tryParseJson(read.value.text);
  if (value !== undefined) return { kind: "value", value };
  const shown = read.value.text.trim().slice(0, 40);
  return failed(
    shown === ""
      ? `${read.value.from} is empty; write JSON such as {"userId":"ada"}`
      : `${read.value.from} is no JSON: ${shown}; quote it for the shell, as in '{"userId":"ada"}'`,
  );
}

/** Reads an object. */
export async function readJsonObject(name: string, written: string, input: Input): Promise<ReadJson<JsonObject>> {
  const read = await readJson(name, written, input);
  if (read.kind === "failed") return read;
  const { value } = read;
  return isJsonObject(value) ? { kind: "value", value } : failed(`${name} must be an object such as {"userId":"ada"}`);
}

async function readText(
  name: string,
  written: string,
  input: Input,
): Promise<ReadJson<{ readonly text: string; readonly from: string }>> {
  if (written === "-") {
    const text = await input.readInput();
    return text === null
      ? failed(`there is nothing on standard input for ${name}; pipe JSON into the command`)
      : { kind: "value", value: { text, from: "standard input" } };
  }
  if (!written.startsWith("@")) return { kind: "value", value: { text: written, from: name } };
  const path = written.slice(1);
  try {
    return { kind: "value", value: { text: await readFile(path, "utf8"), from: path } };
  } catch (error) {
    return failed(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function failed(message: string): { readonly kind: "failed"; readonly message: string } {
  return { kind: "failed", message };
}
