// The command as a user has it after `pnpm install && pnpm build`, whatever Node is on the PATH.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { repository } from "../harness/child.ts";
import { until } from "@stepwright/test-parts";
import { useScope } from "../harness/scope.ts";

const scope = useScope();
const command = join(repository, "node_modules/.bin/stepwright");
/** Only what every system has: no Node of the repository. */
const bareEnvironment = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: process.env["HOME"] ?? "/" };

test("the command answers with the Node that the repository pins", () => {
  expect(existsSync(join(repository, "apps/server/dist/stepwright.cjs")), "the server is built (pnpm build)").toBe(
    true,
  );
  const { status, stdout } = spawnSync(command, ["version"], { encoding: "utf8", env: bareEnvironment });
  expect(status).toBe(0);
  expect(stdout).toMatch(/^(stepwright )?\d+\.\d+\.\d+/i);
});

test("an unknown command ends with a sentence and exit code 1", () => {
  const { status, stdout, stderr } = spawnSync(command, ["devv"], { encoding: "utf8", env: bareEnvironment });
  expect(status).toBe(1);
  expect(stdout + stderr).toMatch(/devv/);
});

test("a signal to the command reaches the server itself", async () => {
  const folder = scope.folder();
  mkdirSync(folder, { recursive: true });
  const child = spawn(command, ["dev", "-p", "0", "--no-discovery", "--memory"], {
    cwd: folder,
    env: bareEnvironment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
  const port = await until(() => /"url":"http:\/\/[^"]*:(\d+)".*"server started"/.exec(output)?.[1] ?? null, {
    describe: () => `the server started; it wrote:\n${output}`,
  });
  child.kill("SIGKILL");
  await once(child, "exit");
  await until(
    () =>
      fetch(`http://localhost:${port}/health`).then(
        () => null,
        () => true as const,
      ),
    {
      describe: () => "nothing answers on the port any more",
    },
  );
});
