// Which function is probably meant.
import type { ApiFunction } from "@stepwright/protocol";
import { nearest } from "../nearest.ts";
import type { ServerClient } from "../remote/server-client.ts";

/** Reads all functions. */
export function readFunctionList(client: ServerClient) {
  return client.ask<{ readonly items: readonly ApiFunction[] }>("GET", "/api/functions");
}

/** The functions that are probably meant, as the end of a sentence; empty when none is near. */
export async function guessFunctions(client: ServerClient, asked: readonly string[]): Promise<string> {
  const list = await readFunctionList(client);
  if (list.kind === "failed") return "";
  const known = list.value.items.map(({ slug }) => slug);
  const meant = asked.filter((slug) => !known.includes(slug)).flatMap((slug) => nearest(slug, known) ?? []);
  return meant.length === 0 ? "" : `; did you mean ${meant.join(" and ")}?`;
}
