// What the tests of one kind of damage share: folders and servers that end with the test, and short ways to ask.
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { onTestFinished } from "vitest";
import { type Answer, request, sendEvents } from "../src/api.ts";
import { type Server, type ServerOptions, startServer } from "../src/server.ts";

/** Root may read and write everything; what is to be refused is done as somebody else then. */
export const nobody = process.getuid?.() === 0 ? 65_534 : null;

/** Makes a data folder that lasts as long as the test. */
export function dataFolder(): string {
  const top = mkdtempSync(join(tmpdir(), "stepwright-damage-"));
  onTestFinished(() => rmSync(top, { recursive: true, force: true, maxRetries: 5 }));
  const folder = join(top, "data");
  mkdirSync(folder);
  return folder;
}

/** Starts a server that does not outlive the test. */
export async function start(options: ServerOptions): Promise<Server> {
  const server = await startServer(options);
  onTestFinished(async () => void (await server.child.end("SIGKILL")));
  return server;
}

let sent = 0;

/** Sends one event that starts nothing. */
export function sendOne(url: string, bytes = 10): Promise<Answer> {
  sent += 1;
  return sendEvents(url, [{ id: `kept-${sent}`, name: "kept/event", data: { filler: "x".repeat(bytes) } }]);
}

/** Sends events one after another, so that each is a commit of its own; all have to be acknowledged. */
export async function sendMany(url: string, count: number, bytes?: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const answer = await sendOne(url, bytes);
    if (answer.status !== 200) throw new Error(`refused: ${answer.status} ${JSON.stringify(answer.json)}`);
  }
}

/** The error code of an answer, with its status. */
export function codeOf(answer: Answer): string {
  return `${answer.status} ${String((answer.json as { readonly code?: string }).code)}`;
}

/** How many events are stored, and what SQLite says of the file as a whole. */
export function storedEvents(folder: string): { readonly events: number; readonly verdict: string } {
  const db = new Database(join(folder, "main.db"), { readonly: true });
  try {
    const events = db.prepare<[], number>("SELECT count(*) FROM events WHERE name = 'kept/event'").pluck().get() ?? 0;
    return { events, verdict: String(db.pragma("integrity_check", { simple: true })) };
  } finally {
    db.close();
  }
}

/** What is in a folder, file by file, but for the lock, which whoever looks has to take. */
export function contents(folder: string): readonly (readonly [string, string])[] {
  const digest = (name: string): string =>
    createHash("sha256")
      .update(readFileSync(join(folder, name)))
      .digest("hex");
  const names = readdirSync(folder).filter((name) => !name.startsWith("lock.db"));
  return names.map((name) => [name, digest(name)] as const);
}

/** Whether the server may be sent to; the code that it gives when not. */
export async function readiness(url: string): Promise<string> {
  const { status, json } = await request(`${url}/ready`);
  return status === 200 ? "ready" : String((json as { readonly error?: string }).error);
}
