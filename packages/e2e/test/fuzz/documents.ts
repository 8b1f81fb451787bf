// Reads the OpenAPI documents that a server serves into operations.
import type { DescribedAnswer, FuzzOperation, Schema } from "./operation.ts";

/** The documents and whether their operations are there under a second prefix. */
const documents = [
  { url: "/v1/openapi.json", twin: null },
  { url: "/v2/openapi.json", twin: "/api" },
  { url: "/api/openapi.json", twin: null },
] as const;

/** Asked before there is a key. */
const keyless = new Set(["/api/info", "/api/login", "/api/logout"]);

interface Content {
  readonly [contentType: string]: { readonly schema?: Schema };
}

interface Described {
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content; readonly $ref?: string }>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: Schema;
}

/** Reads all documents; `read` gives the JSON of a path. */
export async function readDocuments(read: (path: string) => Promise<unknown>): Promise<readonly FuzzOperation[]> {
  const all = await Promise.all(
    documents.map(async ({ url, twin }) => {
      // The shape is checked by the tests of the documents; here a wrong one fails in the next line.
      const document = (await read(url)) as Document;
      const operations = operationsOf(document);
      return twin === null
        ? operations
        : [...operations, ...operations.map((one) => ({ ...one, path: twin + one.path }))];
    }),
  );
  return all.flat();
}

function operationsOf({ paths, components }: Document): readonly FuzzOperation[] {
  const resolved = (schema: Schema | undefined): Schema | null =>
    schema === undefined ? null : resolve(schema, components);
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]): FuzzOperation => {
      const answers = new Map<number, DescribedAnswer>();
      let error: Schema = {};
      for (const [status, response] of Object.entries(described.responses)) {
        const [contentType = null, content] = Object.entries(contentOf(response, components))[0] ?? [];
        const schema = resolved(content?.schema);
        if (status === "default") error = schema ?? {};
        else answers.set(Number(status), { contentType, schema });
      }
      return {
        method: method.toUpperCase(),
        path,
        query: described.parameters.filter((one) => one.in === "query").map(({ name }) => name),
        body: resolved(described.requestBody?.content["application/json"]?.schema),
        answers,
        error,
        keyIn: keyless.has(path) ? "nowhere" : "header",
      };
    }),
  );
}

function contentOf(response: { readonly content?: Content; readonly $ref?: string }, components: Schema): Content {
  if (response.$ref === undefined) return response.content ?? {};
  return (at(response.$ref, components) as { readonly content?: Content }).content ?? {};
}

/** Puts what is referred to in the place of its references. */
function resolve(schema: Schema, components: Schema): Schema {
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== "object" || value === null) return value;
    if ("$ref" in value && typeof value.$ref === "string") return walk(at(value.$ref, components));
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item)]));
  };
  return walk(schema) as Schema;
}

function at(reference: string, components: Schema): unknown {
  const found = reference
    .replace("#/components/", "")
    .split("/")
    .reduce((value: unknown, key) => (value as Schema | undefined)?.[key], components);
  if (found === undefined) throw new Error(`${reference} leads nowhere`);
  return found;
}
