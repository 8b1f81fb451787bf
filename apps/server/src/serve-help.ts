// The help of the commands that start a server, and docs/configuration.md, both written from the settings.
import { configFileName } from "./config-file.ts";
import { settings, type Command, type Setting } from "./config.ts";
import { ignoredSettings } from "./ignored-settings.ts";

const widthMax = 78;

/** Writes the help of a command that starts a server. */
export function serveHelp(command: Command): string {
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
  const ignored = ignoredSettings.map(({ name, reason }) => `- \`--${name}\`: ${reason}`);
  return `# Configuration

<!-- Written by \`pnpm --filter @stepwright/server run docs\` from the settings' schema; a test checks that it is current. -->

A setting comes from the command line, then from an environment variable, then from the file, then from its default.
The file is \`${configFileName}\`, \`stepwright.yaml\` or \`stepwright.yml\`, looked for in the current folder, its parents and \`~/.config/stepwright\`, or named by \`--config\`,
\`STEPWRIGHT_CONFIG\` or \`INNGEST_CONFIG\`; its keys are the names of the flags without dashes:

\`\`\`json
{ "port": 8288, "app-url": ["http://localhost:3000/api/inngest"], "data-dir": "./data" }
\`\`\`

An unknown key, an unknown flag or a bad value stops the start with a sentence that names it. YAML is read as far as settings need it: one level of keys with plain values
and lists. In environment variables, lists are separated by commas. A \`data-dir\` in the file is relative to the file.

Where there is none, an \`inngest.json\`, \`inngest.yaml\` or \`inngest.yml\` is taken (also of \`~/.config/inngest\`): what in it has no meaning here is logged and passed over,
and its \`sqlite-dir\` is relative to where the command runs. \`LOG_LEVEL\` in the environment wins over every other level; \`PORT\` is one more port on which \`dev\` looks for an app.
On a terminal the log is for people, elsewhere and with \`--json\` it is JSON. \`--json\`, \`--verbose\` and \`--log-level\` may also stand in front of the command.

| flag and key | environment | default | meaning |
|---|---|---|---|
${rows.join("\n")}

These settings of the server that Stepwright replaces are accepted as flags, keys and environment variables (\`INNGEST_…\`), have no effect, and say so in the log:

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
