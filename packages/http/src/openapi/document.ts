// Writes an API down as OpenAPI 3.1.
import { z } from "zod";
import type { ApiDescription, Operation } from "./operation.ts";

type Json = { readonly [key: string]: unknown };

/** Makes the document. */
export function openApiDocument(api: ApiDescription, version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const operation of api.operations) {
    const path = (paths[operation.path] ??= {});
    path[operation.method] = describe(operation);
  }
  return {
    openapi: "3.1.0",
    info: { title: api.title, description: api.description, version },
    paths,
    components: {
      schemas: { Error: schemaOf(api.error, "output"), JsonValue: { description: "Any JSON" } },
      responses: { Error: { description: "An error", content: json({ $ref: "#/components/schemas/Error" }) } },
      securitySchemes: {
        signingKey: {
          type: "http",
          scheme: "bearer",
          description: "The signing key, plain or hashed as the SDKs send it. A server in dev mode asks for none.",
        },
      },
    },
    security: [{ signingKey: [] }, {}],
  };
}

function describe(operation: Operation): Json {
  const { summary, body, answers, contentType, isUnsupported = false } = operation;
  const error =
    operation.error === undefined
      ? { $ref: "#/components/responses/Error" }
      : { description: "An error", content: json(schemaOf(operation.error, "output")) };
  return {
    summary,
    operationId: operationId(operation),
    parameters: [...pathParameters(operation.path), ...queryParameters(operation.query)],
    ...(body === undefined ? {} : { requestBody: { content: json(schemaOf(body, "input")) } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, schema]) => [
          status,
          {
            description: Number(status) < 400 ? "Success" : "An error",
            ...(schema !== null
              ? { content: json(schemaOf(schema, "output")) }
              : contentType === undefined
                ? {}
                : { content: { [contentType]: {} } }),
          },
        ]),
      ),
      ...(isUnsupported ? { 501: error } : {}),
      default: error,
    },
  };
}

/** For example `getRunsRunIdTrace`. */
function operationId({ method, path }: Operation): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

function pathParameters(path: string): readonly Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
}

function queryParameters(query: Operation["query"]): readonly Json[] {
  if (query === undefined) return [];
  if (!(query instanceof z.ZodObject))
    return Object.entries(query).map(([name, description]) => ({
      name,
      in: "query",
      description,
      schema: { type: "string" },
    }));
  const { properties = {} } = schemaOf(query, "input") as { readonly properties?: Json };
  return Object.entries(properties).map(([name, schema]) => ({ name, in: "query", schema }));
}

function schemaOf(schema: z.ZodType, io: "input" | "output"): Json {
  // What JSON Schema has no word for is anything.
  const { $schema: _, $defs: _defs, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as Json;
  // The one thing that is defined in terms of itself is a JSON value.
  return JSON.parse(JSON.stringify(rest).replace(/"#\/\$defs\/\w+"/g, '"#/components/schemas/JsonValue"')) as Json;
}

function json(schema: Json): Json {
  return { "application/json": { schema } };
}
