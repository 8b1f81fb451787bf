// The help of the command line and docs/configuration.md, both written from the settings.
import { ignoredFlags, settings, type Command, type Setting } from "./config.ts";
import { dataHelp } from "./data/help.ts";
import type { DataCommand } from "./data/request.ts";
import { configFileName } from "./read-config.ts";

/** What there is help about. */
export type HelpTopic = Command | DataCommand | "functions" | "queue";

/** What `stepwright help` prints, about one command or in all. */
export function helpText(topic: HelpTopic | null): string {
  if (topic === null) return overview;
  if (topic === "functions") return functionsHelp;
  if (topic === "queue") return queueHelp;
  return topic === "dev" || topic === "start" ? commandHelp(topic) : dataHelp[topic];
}

const overview = `Stepwright runs durable functions written with the Inngest SDK.

Usage: stepwright <command> [flags]

Commands:
  dev        Start a server for development: this machine only, no keys, finds your app
  start      Start a server for production: keys required, every commit reaches the disk
  functions  List, pause and resume the functions of a running server, clear their queues
  queue      List what a running server has set aside, and have it tried again
  doctor     Check that the stored data is whole and agrees with itself
  backup     Copy the data of a server, also while it runs
  restore    Make a backup the data of a server that is not running
  version    Print the version
  help       Print this, or the flags of a command: stepwright help dev

Settings come from flags, then environment variables, then ${configFileName}, then defaults.
`;

const remoteFlags = `      --server URL
          Where the server is. Default: STEPWRIGHT_SERVER, or http://localhost:8288.
      --signing-key HEX
          The signing key of a server that has one. Default: STEPWRIGHT_SIGNING_KEY, or
          INNGEST_SIGNING_KEY.
      --json
          Print the server's answer as JSON, for scripts.
`;

const functionsHelp = `Acts on the functions of a running server.

Usage: stepwright functions <command> [function] [flags]

Commands:
  list                     List the functions, and which are paused
  queue FUNCTION           Show what is in flight, and what waits for what
  pause FUNCTION           Make no more calls, and skip new runs
  resume FUNCTION          Go on with what waits
  drop-backlog FUNCTION    Cancel the runs that have not begun
  move-backlog FUNCTION    Give the runs that have not begun to another function

A function is named by its id, <app>-<function>, as "list" shows it.

Flags:
      --to FUNCTION
          The function that gets the runs of "move-backlog".
${remoteFlags}`;

const queueHelp = `Shows the work that a running server could not process and has set aside.

Usage: stepwright queue <command> [flags]

Commands:
  list --set-aside         List the items, those that were set aside last first
  retry ID                 Put an item back into the queue
  retry --all              Put all of them back

Whatever fails again is set aside again. Exit code: 0 done, 1 not, or not all of it.

Flags:
      --after CURSOR
          Go on with "list" where the page before ended.
${remoteFlags}`;

const widthMax = 78;

/** Writes the help of a command that starts a server. */
function commandHelp(command: Command): string {
  const own = settings.filter((setting) => setting.commands.includes(command));
  const lines = own.map((setting) => flagHelp(setting, command));
  const purpose = command === "dev" ? "Starts a server for development." : "Starts a server for production.";
  const config = `      --config FILE\n          Read settings from this file instead of the first ${configFileName} found upwards.`;
  return `${purpose}\n\nUsage: stepwright ${command} [flags]\n\nFlags:\n${[...lines, config].join("\n")}\n`;
}

/** Writes docs/configuration.md. */
export function configurationPage(): string {
  const rows = settings.map(
    (setting) =>
      `| \`--${setting.name}\`${shortOf(setting)}${aliasesOf(setting)} | ${setting.envNames.map((name) => `\`${name}\``).join("<br>")} | ${defaultsOf(setting)} | ${setting.description.replaceAll("|", "\\|")} |`,
  );
  const ignored = [...ignoredFlags].map(([name, { reason }]) => `- \`--${name}\`: ${reason}`);
  return `# Configuration

<!-- Written by \`pnpm --filter @stepwright/server run docs\` from the settings' schema; a test checks that it is current. -->

A setting comes from the command line, then from an environment variable, then from the file, then from its default.
The file is \`${configFileName}\`, looked for in the current folder and its parents, or named by \`--config\` or \`STEPWRIGHT_CONFIG\`; its keys are the names of the flags without dashes:

\`\`\`json
{ "port": 8288, "app-url": ["http://localhost:3000/api/inngest"], "data-dir": "./data" }
\`\`\`

An unknown key, an unknown flag or a bad value stops the start with a sentence that names it.
In environment variables, lists are separated by commas. A \`data-dir\` in the file is relative to the file.

| flag and key | environment | default | meaning |
|---|---|---|---|
${rows.join("\n")}

These flags of the server that Stepwright replaces are accepted and have no effect:

${ignored.join("\n")}
`;
}

function flagHelp(setting: Setting, command: Command): string {
  const short = setting.short === undefined ? "    " : `-${setting.short}, `;
  const value = setting.placeholder === null ? "" : ` ${setting.placeholder}`;
  const fallback = defaultText(setting, command);
  const about = setting.description + (fallback === null ? "" : ` Default: ${fallback}.`);
  return `  ${short}--${setting.name}${value}\n${wrap(about, " ".repeat(10))}`;
}

function defaultText(setting: Setting, command: Command): string | null {
  const value = setting.defaults[command];
  if (setting.requiredBy === command) return "none, required";
  if (value === null || value === false || (Array.isArray(value) && value.length === 0)) return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}

function shortOf({ short }: Setting): string {
  return short === undefined ? "" : `, \`-${short}\``;
}

function aliasesOf({ aliases = [] }: Setting): string {
  return aliases.map((alias) => `<br>also \`--${alias}\``).join("");
}

function defaultsOf(setting: Setting): string {
  const texts = setting.commands.map((command) => [command, defaultText(setting, command) ?? "–"] as const);
  const [first] = texts;
  if (first === undefined) return "–";
  if (setting.commands.length === 2 && texts.every(([, value]) => value === first[1])) return first[1];
  return texts.map(([command, value]) => `\`${command}\`: ${value}`).join("<br>");
}

function wrap(text: string, indent: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent.length + line.length + 1 + word.length > widthMax) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].map((each) => indent + each).join("\n");
}
