// Starts everything the way a person does, with `npm start`, sends an event, stops it with Ctrl-C.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { findFreePort, isPortFree, waitForAnswer } from "./network.mjs";
import { exitOnSignals, killGroup, run } from "./run.mjs";
import { createTally } from "./tally.mjs";
import { root } from "./workspace.mjs";

/** The functions of the example application. */
const exampleFunctionsMin = 9;

/** A first start installs and builds. */
const startLimitMs = 8 * 60_000;

const tally = createTally();
const folder = mkdtempSync(join(tmpdir(), "stepwright-smoke-"));
const port = await findFreePort();
const appPort = await findFreePort();
const serverUrl = `http://localhost:${port}`;

exitOnSignals();
const child = spawn(
  "npm",
  ["start", "--", "-p", String(port), "--app-port", String(appPort), "--data-dir", join(folder, "server")],
  {
    cwd: root,
    env: { ...process.env, EXAMPLE_DB: join(folder, "example.db") },
    stdio: ["ignore", "pipe", "pipe"],
    // Its own group stands for the terminal: a signal to the group is what Ctrl-C does.
    detached: true,
  },
);
process.once("exit", () => killGroup(child, "SIGKILL"));
const chunks = [];
child.stdout.on("data", (chunk) => chunks.push(chunk));
child.stderr.on("data", (chunk) => chunks.push(chunk));
const ended = new Promise((resolve) => {
  child.once("close", (code, signal) => resolve(signal ?? code));
});
const output = () => Buffer.concat(chunks).toString("utf8");

const isUp = await check("npm start brings the server up", () =>
  Promise.race([waitForAnswer(`${serverUrl}/health`, startLimitMs), ended.then(() => false)]),
);
if (isUp) {
  await check("the example application registers its functions", () => until(60_000, hasRegistered));
  await check("npm start says where to look", () => until(10_000, () => output().includes("Ctrl-C stops everything")));
  await check("the dashboard is served", () => curlAnswers([`${serverUrl}/`], /<html/i));
  await check("an event sent with curl becomes a completed run", sendAndAwaitRun);
  killGroup(child, "SIGINT");
  // The shell between npm and the script answers to the signal as well, so npm reports
  // either the script's 0 or the interruption.
  await check("Ctrl-C ends it cleanly", async () => {
    const how = await Promise.race([ended, sleep(30_000, "late", { ref: false })]);
    return [0, 130, "SIGINT"].includes(how) && !output().includes("ended by itself");
  });
  await check("both ports are free again", async () => (await isPortFree(port)) && (await isPortFree(appPort)));
}

killGroup(child, "SIGKILL");
rmSync(folder, { recursive: true, force: true });
tally.end();

async function check(name, isTrue) {
  const holds = await isTrue();
  tally.add(name, holds ? { passed: 1, failed: 0 } : { passed: 0, failed: 1, output: output() });
  return holds;
}

async function hasRegistered() {
  const { functions } = await readAnswer(`${serverUrl}/dev`);
  return functions?.length >= exampleFunctionsMin;
}

async function sendAndAwaitRun() {
  const event = JSON.stringify({ name: "user/validate", data: { email: "ada@example.com" } });
  const { code, output: answer } = await run("curl", ["-sS", "--fail", `${serverUrl}/e/dev`, "-d", event]);
  const eventId = code === 0 ? JSON.parse(answer).ids?.[0] : undefined;
  if (eventId === undefined) {
    chunks.push(Buffer.from(`curl: exit code ${code}, answer ${answer}\n`));
    return false;
  }
  return until(30_000, async () => {
    const { data } = await readAnswer(`${serverUrl}/v1/events/${eventId}/runs`);
    return data?.[0]?.status === "Completed";
  });
}

async function curlAnswers(args, pattern) {
  const { code, output: answer } = await run("curl", ["-sS", "--fail", ...args]);
  return code === 0 && pattern.test(answer);
}

/** Reads a JSON answer; an empty object while there is none. */
async function readAnswer(url) {
  const answer = await fetch(url).catch(() => undefined);
  return answer?.ok === true ? await answer.json().catch(() => ({})) : {};
}

async function until(limitMs, isTrue) {
  const endAt = Date.now() + limitMs;
  while (Date.now() < endAt) {
    if (await isTrue()) return true;
    await sleep(200);
  }
  return false;
}
