// Finds apps and functions by id, name and slug in the registry of this moment.
import type { App, FunctionRecord } from "@stepwright/engine";
import type { AppId, FunctionId } from "@stepwright/protocol";
import type { Runtime } from "@stepwright/runtime";

/** The registry, ready to be looked things up in. */
export interface RegistryIndex {
  readonly apps: readonly App[];
  readonly functions: readonly FunctionRecord[];
  app(id: AppId): App | null;
  appByName(name: string): App | null;
  functionById(id: FunctionId): FunctionRecord | null;
  functionBySlug(slug: string): FunctionRecord | null;
}

/** Takes the registry as it is now. */
export function indexRegistry({ apps, functions }: ReturnType<Runtime["registry"]>): RegistryIndex {
  const appById = new Map(apps.map((app) => [app.id, app]));
  const byId = new Map(functions.map((fn) => [fn.id, fn]));
  return {
    apps,
    functions,
    app: (id) => appById.get(id) ?? null,
    appByName: (name) => apps.find((app) => app.name === name) ?? null,
    functionById: (id) => byId.get(id) ?? null,
    functionBySlug: (slug) => functions.find((fn) => fn.slug === slug) ?? null,
  };
}

/** An app by its name or its id. */
export function appOf(registry: RegistryIndex, text: string): App | null {
  return registry.appByName(text) ?? registry.apps.find((app) => app.id === text) ?? null;
}

/** A function of an app by its bare id or its slug; null when there is none. */
export function functionOf(registry: RegistryIndex, app: App, id: string): FunctionRecord | null {
  const slugs = [`${app.name}-${id}`, id];
  return registry.functions.find((fn) => fn.appId === app.id && slugs.includes(fn.slug)) ?? null;
}
