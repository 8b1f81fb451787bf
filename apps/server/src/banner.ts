// What a terminal shows once the server is up: where to look, and what to do next.
import type { Config } from "./config.ts";
import type { RunningServer } from "./start-server.ts";

/** Writes the banner. */
export function banner(o: {
  readonly config: Config;
  readonly server: Pick<RunningServer, "urls" | "isPortChanged" | "now">;
  readonly version: string;
}): string {
  const { config, server, version } = o;
  const [url = ""] = server.urls;
  const lines = [
    "",
    `  \u001b[1mStepwright ${version}\u001b[0m  ${config.command}`,
    "",
    `  Dashboard   ${url}`,
    ...(config.virtualClock ? [clockLine(server)] : []),
    `  Data        ${config.memory ? "in memory, gone when the server stops" : config.dataDir}`,
    ...(config.appUrl.length === 0 ? [] : [`  Apps        ${config.appUrl.join(", ")}`]),
    ...(server.isPortChanged ? [`  Port ${config.port} was in use; tell your app: INNGEST_BASE_URL=${url}`] : []),
    "",
    ...nextSteps(config, url),
    "",
  ];
  return `${lines.join("\n")}\n`;
}

/** Where time stands, and who moves it. */
function clockLine({ now, urls: [url = ""] }: Pick<RunningServer, "now" | "urls">): string {
  const at = new Date(now()).toISOString();
  return `  Clock       stands at ${at}; move it: curl ${url}/api/test/clock/advance -d '{"by":"1d"}'`;
}

function nextSteps(config: Config, url: string): readonly string[] {
  if (config.command === "start") {
    return [`  Apps need   INNGEST_BASE_URL=<this server's URL>, INNGEST_EVENT_KEY and INNGEST_SIGNING_KEY`];
  }
  const warning = config.host === null ? [] : [`  Open to every machine that reaches ${config.host}, without keys.`];
  const search = config.noDiscovery
    ? "add an app with -u URL, or on the page"
    : "looking for apps on local ports; or name one with -u URL";
  return [
    ...warning,
    `  Next        start your app with INNGEST_DEV=1 (${search})`,
    `  Send        curl ${url}/e/dev -d '{"name":"test/hello","data":{}}'`,
  ];
}
