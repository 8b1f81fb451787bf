// What a resolver is, and how they come to the fields of the schema.
import { GraphQLObjectType, type GraphQLSchema } from "graphql";
import type { Context } from "./context.ts";

/** Makes the value of a field. What it returns for a field of an object type is the source of that type's own fields. */
export type Resolve<Source, Args> = (source: Source, args: Args, context: Context) => unknown;

/** A resolver whose source and arguments are what the schema says they are. */
export type AnyResolve = Resolve<never, never>;

/** Resolvers of the fields of one type; a field without one is read off its source. */
export type TypeResolvers = Readonly<Record<string, AnyResolve>>;

/** Binds resolvers to a schema; throws for a type or a field that it does not have. */
export function bindResolvers(schema: GraphQLSchema, resolvers: Readonly<Record<string, TypeResolvers>>): void {
  for (const [typeName, fields] of Object.entries(resolvers)) {
    const type = schema.getType(typeName);
    if (!(type instanceof GraphQLObjectType)) throw new Error(`the schema has no type ${typeName}`);
    const known = type.getFields();
    for (const [fieldName, resolve] of Object.entries(fields)) {
      const field = known[fieldName];
      if (field === undefined) throw new Error(`${typeName} has no field ${fieldName}`);
      // The schema decides at run time what the types of a resolver decide here.
      field.resolve = (source: unknown, args: unknown, context: Context) =>
        (resolve as Resolve<unknown, unknown>)(source, args, context);
    }
  }
}
