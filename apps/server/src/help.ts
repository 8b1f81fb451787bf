// The help of the command line, in all and about each command.
import { appsHelp } from "./apps/help.ts";
import { helpTopics, type HelpTopic } from "./command-line.ts";
import { configFileName } from "./config-file.ts";
import { dataHelp } from "./data/help.ts";
import { doctorHelp } from "./doctor/help.ts";
import { functionsHelp } from "./functions/help.ts";
import { invokeHelp } from "./invoke/help.ts";
import { queueHelp } from "./queue/help.ts";
import { runsHelp } from "./runs/help.ts";
import { sendHelp } from "./send/help.ts";
import { serveHelp } from "./serve-help.ts";
import { testHelp } from "./test-command/help.ts";

/** What `stepwright help` prints, about one command or in all. */
export function helpText(topic: HelpTopic | null): string {
  if (topic === null) return overview;
  return topic === "dev" || topic === "start" ? serveHelp(topic) : texts[topic];
}

const texts: Readonly<Record<Exclude<HelpTopic, "dev" | "start">, string>> = {
  test: testHelp,
  send: sendHelp,
  invoke: invokeHelp,
  runs: runsHelp,
  functions: functionsHelp,
  apps: appsHelp,
  queue: queueHelp,
  doctor: doctorHelp,
  ...dataHelp,
};

const purposes: Readonly<Record<HelpTopic | "version" | "help", string>> = {
  dev: "Start a server for development: this machine only, no keys, finds your app",
  start: "Start a server for production: keys required, every commit reaches the disk",
  test: "Run a command, such as your tests, beside a server whose clock it moves",
  send: "Send events to a running server, and wait for what they start",
  invoke: "Start a function and print what it returns",
  runs: "List, show, follow, cancel and repeat runs",
  functions: "List, pause and resume the functions of a running server, clear their queues",
  apps: "List, add, sync, pause and remove the apps of a running server",
  queue: "List what a running server has set aside, and have it tried again",
  doctor: "Find why an app, a run or a function stands still, or check stored data",
  backup: "Copy the data of a server, also while it runs",
  restore: "Make a backup the data of a server that is not running",
  version: "Print the version",
  help: "Print this, or the flags of a command: stepwright help dev",
};

const overview = `Stepwright runs durable functions written with the Inngest SDK.

Usage: stepwright <command> [flags]

Commands:
${[...helpTopics, "version" as const, "help" as const].map((topic) => `  ${topic.padEnd(11)}${purposes[topic]}\n`).join("")}
Settings come from flags, then environment variables, then ${configFileName}, then defaults.
`;

/** Writes docs/command-line.md. */
export function commandLinePage(): string {
  const about = helpTopics.map((topic) => `## stepwright ${topic}\n\n\`\`\`text\n${helpText(topic)}\`\`\`\n`);
  return `# Command line

<!-- Written by \`pnpm --filter @stepwright/server run docs\` from the help of the commands; a test checks that it is current. -->

What \`stepwright help\` and \`stepwright help COMMAND\` print. [configuration.md](configuration.md) has the settings of a server with their names in the
environment and in files.

Commands that act on a running server (\`send\`, \`invoke\`, \`runs\`, \`functions\`, \`apps\`, \`queue\`, \`doctor\`) print what was asked for on standard output and everything
else on standard error, take values from files (\`@FILE\`) and standard input (\`-\`), end with exit codes that scripts can use, and print JSON with \`--json\`. They find the server
by \`--server\` or \`STEPWRIGHT_SERVER\`, and its key by \`--signing-key\`, \`STEPWRIGHT_SIGNING_KEY\` or \`INNGEST_SIGNING_KEY\`.

\`\`\`text
${overview}\`\`\`

${about.join("\n")}`;
}
