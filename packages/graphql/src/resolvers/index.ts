// All resolvers, by type.
import type { TypeResolvers } from "../resolver.ts";
import { appResolvers } from "./apps.ts";
import { connectionResolvers } from "./connections.ts";
import { eventListResolvers } from "./event-lists.ts";
import { eventResolvers } from "./events.ts";
import { functionRunResolvers } from "./function-runs.ts";
import { functionResolvers } from "./functions.ts";
import { mutationResolvers } from "./mutations.ts";
import { outputResolvers } from "./outputs.ts";
import { runListResolvers } from "./run-lists.ts";
import { runResolvers } from "./runs.ts";
import { spanResolvers } from "./spans.ts";

const nouns = [
  appResolvers,
  functionResolvers,
  eventResolvers,
  eventListResolvers,
  runResolvers,
  runListResolvers,
  functionRunResolvers,
  spanResolvers,
  outputResolvers,
  connectionResolvers,
  mutationResolvers,
];

/** The resolvers of every type. Each noun adds its own queries. */
export const resolvers: Readonly<Record<string, TypeResolvers>> = nouns.reduce(
  (all, noun) => ({
    ...all,
    ...Object.fromEntries(Object.entries(noun).map(([type, fields]) => [type, { ...all[type], ...fields }])),
  }),
  {} as Readonly<Record<string, TypeResolvers>>,
);
