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
  return read.kind === "failed" ? read : parseJson(read.value);
}

/** Reads an object. */
export async function readJsonObject(name: string, written: string, input: Input): Promise<ReadJson<JsonObject>> {
  const read = await readJson(name, written, input);
  return read.kind === "failed" ? read : asObject(name, read.value);
}

/** Reads an object that need not be there: where nothing is written, what is on standard input, and null when that is empty. */
export async function readOptionalObject(
  name: string,
  written: string | null,
  { input, isInputTaken }: { readonly input: Input & Pick<Terminal, "hasInput">; readonly isInputTaken: boolean },
): Promise<ReadJson<JsonObject | null>> {
  if (written !== null) return readJsonObject(name, written, input);
  const text = input.hasInput && !isInputTaken ? ((await input.readInput()) ?? "") : "";
  // A program that starts this one may leave an empty pipe there.
  if (text.trim() === "") return { kind: "value", value: null };
  const read = parseJson({ text, from: inputName });
  return read.kind === "failed" ? read : asObject(inputName, read.value);
}

interface Written {
  readonly text: string;
  /** Where it stands, as the beginning of a sentence. */
  readonly from: string;
}

const inputName = "standard input";

async function readText(name: string, written: string, input: Input): Promise<ReadJson<Written>> {
  if (written === "-") {
    const text = await input.readInput();
    return text === null
      ? failed(`there is nothing on standard input for ${name}; pipe JSON into the command`)
      : { kind: "value", value: { text, from: inputName } };
  }
  if (!written.startsWith("@")) return { kind: "value", value: { text: written, from: name } };
  const path = written.slice(1);
  try {
    return { kind: "value", value: { text: await readFile(path, "utf8"), from: path } };
  } catch (error) {
    return failed(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function parseJson({ text, from }: Written): ReadJson<JsonValue> {
  const value = tryParseJson(text);
  if (value !== undefined) return { kind: "value", value };
  const shown = text.trim().slice(0, 40);
  return failed(
    shown === ""
      ? `${from} is empty; write JSON such as {"userId":"ada"}`
      : `${from} is no JSON: ${shown}; quote it for the shell, as in '{"userId":"ada"}'`,
  );
}

function asObject(name: string, value: JsonValue): ReadJson<JsonObject> {
  return isJsonObject(value) ? { kind: "value", value } : failed(`${name} must be an object such as {"userId":"ada"}`);
}

function failed(message: string): { readonly kind: "failed"; readonly message: string } {
  return { kind: "failed", message };
}
