// `npm start`: installs what is missing, builds, and runs the server beside the example application.

import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { banner } from "./banner.mjs";
import { build } from "./build.mjs";
import { ensureInstalled } from "./install.mjs";
import { isPortFree, waitForAnswer } from "./network.mjs";
import { Programs } from "./programs.mjs";
import { readStartFlags } from "./start-flags.mjs";
import { pinnedNode, root } from "./workspace.mjs";

/** Generous for a loaded machine: both programs are normally up within two seconds. */
const startLimitMs = 60_000;

const flags = readStartFlags(process.argv.slice(2));
const serverUrl = `http://localhost:${flags.port}`;
const appUrl = `http://localhost:${flags.appPort}`;

await refuseTakenPorts();
await ensureInstalled();
process.stdout.write("Building what has changed (about a minute the first time) ...\n");
if (!(await build({ only: flags.serverOnly ? "@stepwright/server" : undefined }))) {
  fail("The build failed; the lines above say why.");
}

const programs = new Programs();
await startServer();
const functionCount = flags.serverOnly ? undefined : await startApp();

process.stdout.write(
  banner({
    serverUrl,
    appUrl: flags.serverOnly ? undefined : appUrl,
    functionCount,
    dataDirectory: flags.dataDirectory,
  }),
);
programs.show();

async function startServer() {
  const example = flags.serverOnly ? [] : ["-u", `${appUrl}/api/inngest`, "--no-discovery"];
  const server = programs.start("server", {
    command: pinnedNode,
    args: [
      join(root, "apps/server/bin/stepwright.mjs"),
      "dev",
      "-p",
      String(flags.port),
      "--data-dir",
      flags.dataDirectory,
      ...example,
      ...flags.serverArgs,
    ],
    cwd: root,
    env: { STEPWRIGHT_EXIT_WITH_PARENT: "1" },
  });
  const isUp = await Promise.race([waitForAnswer(`${serverUrl}/health`, startLimitMs), server.ended.then(() => false)]);
  if (!isUp) await programs.giveUp(`The server did not come up on ${serverUrl}.`);
}

/** Starts the example application and resolves to the number of its functions that the server knows. */
async function startApp() {
  const directory = join(root, "examples/nextjs");
  const next = join(directory, "node_modules/next/dist/bin/next");
  if (!existsSync(next))
    await programs.giveUp("The example application is not installed. Run `pnpm install`, or start with --server-only.");

  const app = programs.start("app", {
    command: pinnedNode,
    args: [
      "--import",
      new URL("exit-with-parent.mjs", import.meta.url).href,
      next,
      "start",
      "-p",
      String(flags.appPort),
    ],
    cwd: directory,
    env: { INNGEST_DEV: serverUrl, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" },
  });
  const serveUrl = `${appUrl}/api/inngest`;
  const isUp = await Promise.race([waitForAnswer(serveUrl, startLimitMs), app.ended.then(() => false)]);
  if (!isUp) await programs.giveUp(`The example application did not come up on ${appUrl}.`);

  // The server looks at its apps every few seconds; asking the app to register saves the wait.
  await fetch(serveUrl, { method: "PUT" }).catch(() => undefined);
  return await countFunctions();
}

async function countFunctions() {
  const answer = await fetch(`${serverUrl}/dev`).catch(() => undefined);
  if (answer?.ok !== true) return 0;
  const { functions } = await answer.json();
  return functions?.length ?? 0;
}

async function refuseTakenPorts() {
  const wanted = [
    { port: flags.port, flag: "-p", program: "server" },
    ...(flags.serverOnly ? [] : [{ port: flags.appPort, flag: "--app-port", program: "example application" }]),
  ];
  for (const { port, flag, program } of wanted) {
    if (!(await isPortFree(port))) {
      fail(
        `Port ${port} is in use, so the ${program} cannot start. Stop what runs there, or choose another: npm start -- ${flag} ${port + 1000}`,
      );
    }
  }
}

function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
