// The examples of tests in other languages, run as their users run them: by themselves, and under `stepwright test`.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cleanEnvironment, repository } from "../harness/child.ts";
import { program } from "../harness/command.ts";
import { pythonWith, useLanguage } from "../harness/other-languages.ts";
import { useServer } from "../harness/scope.ts";

const plain = useServer();
const examples = join(repository, "examples");

/** How a suite is run. */
interface Suite {
  readonly name: string;
  readonly language: "python" | "go";
  readonly folder: string;
  command(): Promise<readonly string[]>;
  /** What its runner says when all is well. */
  readonly isFine: RegExp;
}

const suites: readonly Suite[] = [
  {
    name: "pytest",
    language: "python",
    folder: join(examples, "testing-pytest"),
    command: async () => [
      await pythonWith(join(examples, "testing-pytest", "requirements.txt")),
      "-m",
      "pytest",
      "-p",
      "no:cacheprovider",
      "-q",
    ],
    isFine: /^\d+ passed\b/m,
  },
  {
    name: "go test",
    language: "go",
    folder: join(examples, "testing-go"),
    // Not from the cache: the server is another one each time.
    command: async () => ["go", "test", "-count=1", "./..."],
    isFine: /^ok\s+example\.com\/shop\s/m,
  },
];

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run([file = "", ...args]: readonly string[], cwd: string, env: Record<string, string> = {}): Promise<Result> {
  const whole = {
    ...cleanEnvironment(),
    PYTHONDONTWRITEBYTECODE: "1",
    GOFLAGS: "-mod=readonly -buildvcs=false",
    ...env,
  };
  return new Promise((resolve) => {
    execFile(file, args, { cwd, env: whole, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

describe.each(suites)("the example for $name", ({ language, folder, command, isFine }) => {
  // Go builds the SDK and the tests, which takes a while where it never did.
  useLanguage({ language }, async () => {
    await command();
    if (language === "go") await run(["go", "vet", "./..."], folder);
  });

  test("passes on a server of its own", async () => {
    const result = await run(await command(), folder, { STEPWRIGHT_COMMAND: program.join(" ") });
    expect(result).toMatchObject({ code: 0, stdout: expect.stringMatching(isFine) });
  });

  test("passes under stepwright test, which shows the run that was made to fail", async () => {
    const result = await run([...program, "test", "--", ...(await command())], folder);
    expect(result).toMatchObject({ code: 0, stdout: expect.stringMatching(isFine) });
    expect(result.stderr).toMatch(/shop-charge[^]*the bank is closed[^]*\d+ runs: .*1 failed/);
  });

  test("says what is wrong when the server is on no virtual clock", async () => {
    const result = await run(await command(), folder, { STEPWRIGHT_URL: plain.url });
    expect(result.code).not.toBe(0);
    expect(result.stdout + result.stderr).toMatch(
      /on no virtual clock; start it with `stepwright dev --virtual-clock`/,
    );
  });

  test("says what is wrong when the server does not start", async () => {
    const missing = await run(await command(), folder, { STEPWRIGHT_COMMAND: `${program.join(" ")} --no-such-flag` });
    expect(missing.code).not.toBe(0);
    expect(missing.stdout + missing.stderr).toMatch(/did not start: [^]*no-such-flag/);
  });
});
