// Loaded by a server before anything else: puts defects into its sources, those that `FUZZ_MUTATIONS` names.
import { registerHooks } from "node:module";
import process from "node:process";
import { type Mutation, mutations } from "./mutations.ts";

const all = new Map<string, Mutation>(Object.entries(mutations));
const chosen = (process.env["FUZZ_MUTATIONS"] ?? "").split(",").map((name) => {
  const mutation = all.get(name);
  if (mutation === undefined) throw new Error(`there is no mutation "${name}"`);
  return mutation;
});

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const here = chosen.filter(({ file }) => url.endsWith(file));
    if (here.length === 0) return loaded;
    const source = here.reduce(mutated, sourceText(loaded.source));
    return { ...loaded, source };
  },
});

function mutated(source: string, { file, from, to }: Mutation): string {
  if (!source.includes(from)) throw new Error(`${file} has no ${from} any more`);
  return source.replace(from, to);
}

function sourceText(source: string | ArrayBuffer | NodeJS.TypedArray | undefined): string {
  if (typeof source === "string") return source;
  if (source === undefined) throw new Error("a source that is to be changed is not there");
  return new TextDecoder().decode(source);
}
