// Looks at a server as a whole.
import type { ApiInfo } from "@stepwright/protocol";
import { readAppList } from "../apps/find.ts";
import { readFunctionList } from "../functions/guess.ts";
import type { ServerAnswer, ServerClient } from "../remote/server-client.ts";
import type { Asked, Examined } from "./examined.ts";
import { findInServer, unanswered } from "./server-findings.ts";

/** Looks. A server that cannot be asked is a finding of its own. */
export async function examineServer({ client }: Asked): Promise<Examined> {
  const info = await readInfo(client);
  if (info.kind === "failed") return { findings: [unanswered(info)], well: "" };
  const [ready, apps, functions] = await Promise.all([
    client.ask("GET", "/ready"),
    readAppList(client),
    readFunctionList(client),
  ]);
  if (apps.kind === "failed") return apps;
  if (functions.kind === "failed") return functions;
  const findings = findInServer({
    info: info.value,
    notReady: ready.kind === "failed" ? ready.message : null,
    apps: apps.value.items,
    functions: functions.value.items,
    url: client.url,
  });
  const { version, mode } = info.value;
  const counts = `${apps.value.items.length} apps, ${functions.value.items.length} functions`;
  return { findings, well: `Nothing found: Stepwright ${version} (${mode}) works at ${client.url}, ${counts}.` };
}

/** What a server says about itself; without the key it says only that it needs one, and that is a failure here. */
export async function readInfo(client: ServerClient): Promise<ServerAnswer<ApiInfo>> {
  const info = await client.ask<ApiInfo>("GET", "/api/info");
  if (info.kind === "failed" || !info.value.needsLogin) return info;
  // Any other question is refused with a sentence that says what is wrong with the key.
  return client.ask<ApiInfo>("GET", "/api/apps");
}
