import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { appsActions } from "./apps/request.ts";
import { helpTopics } from "./command-line.ts";
import { settings } from "./config.ts";
import { withFindingsTable } from "./data/findings-table.ts";
import { errorsPage } from "./errors-page.ts";
import { actions } from "./functions/request.ts";
import { commandLinePage, helpText } from "./help.ts";
import { queueActions } from "./queue/request.ts";
import { runsActions } from "./runs/request.ts";
import { configurationPage } from "./serve-help.ts";

const read = (name: string): string => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), "utf8");

describe("what is written from the schema", () => {
  it("docs/configuration.md is current; otherwise run `pnpm --filter @stepwright/server run docs`", () => {
    expect(read("configuration.md")).toBe(configurationPage());
  });

  it("docs/command-line.md is current; otherwise run `pnpm --filter @stepwright/server run docs`", () => {
    expect(read("command-line.md")).toBe(commandLinePage());
  });

  it("docs/errors.md is current; otherwise run `pnpm --filter @stepwright/server run docs`", () => {
    expect(read("errors.md")).toBe(errorsPage());
  });

  it("docs/operations.md names everything that the doctor may find; otherwise run the same", () => {
    const page = read("operations.md");
    expect(page).toContain("| `RUN_STRANDED` |");
    expect(withFindingsTable(page)).toBe(page);
  });

  it("the help of a command has its flags and no others, in lines that fit a terminal", () => {
    for (const command of ["dev", "start"] as const) {
      const help = helpText(command);
      for (const { name, commands } of settings) expect(help.includes(`--${name}`)).toBe(commands.includes(command));
      expect(help.split("\n").filter((line) => line.length > 90)).toEqual([]);
    }
  });

  it("the help in all fits a terminal, too, and names every command", () => {
    for (const topic of [null, ...helpTopics])
      expect(
        helpText(topic)
          .split("\n")
          .filter((line) => line.length > 90),
      ).toEqual([]);
    for (const command of [...helpTopics, "version", "help"])
      expect(helpText(null)).toMatch(new RegExp(`^  ${command} `, "m"));
    for (const action of actions) expect(helpText("functions")).toMatch(new RegExp(`^  ${action} `, "m"));
    for (const action of runsActions) expect(helpText("runs")).toMatch(new RegExp(`^  ${action} `, "m"));
    for (const action of appsActions) expect(helpText("apps")).toMatch(new RegExp(`^  ${action} `, "m"));
    for (const action of queueActions) expect(helpText("queue")).toMatch(new RegExp(`^  ${action} `, "m"));
  });

  it("no two settings share a flag, a letter or an environment variable", () => {
    const names = settings.flatMap(({ name, aliases = [], short, envNames }) => [
      name,
      ...aliases,
      ...(short === undefined ? [] : [short]),
      ...envNames,
    ]);
    expect(new Set(names).size).toBe(names.length);
  });
});
