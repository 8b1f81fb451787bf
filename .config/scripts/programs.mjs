// Runs the programs of `npm start` side by side: one ends, all end.

import { spawn } from "node:child_process";
import process from "node:process";
import { createInterface } from "node:readline";
import { readableLine } from "./log-line.mjs";
import { killGroup } from "./run.mjs";

/** What a program may take to stop by itself before it is killed; the server lets attempts in flight finish. */
const stopLimitMs = 15_000;

/** How often the end of npm is looked for. Nobody waits for it, so seldom is enough. */
const parentCheckMs = 500;

/** How much of the output before {@link Programs.show} is kept, for the case that the start fails. */
const linesKeptMax = 200;

/** The set of programs that live and end together. Create one per process: it takes over the process's signals. */
export class Programs {
  #running = new Set();
  #kept = [];
  #isShown = false;
  #isStopping = false;
  #firstEnd = undefined;

  constructor() {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
      process.on(signal, () => {
        // A second signal means that waiting is not wanted any more.
        if (this.#isStopping) this.#killAll();
        else void this.#stop("Stopping ...", 0);
      });
    }
    this.#stopWithNpm();
  }

  /**
   * Starts a program. If it ends before we stop it, the others are stopped and this
   * process ends with a sentence and an exit code that is not 0.
   *
   * Returns `ended`, a promise for its end.
   */
  start(name, { command, args, cwd, env }) {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      // The channel is how it notices that we were killed.
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      // Its own group: a Ctrl-C comes to us alone, and we pass it on once.
      detached: process.platform !== "win32",
    });
    const program = { name, child, ended: undefined };
    this.#running.add(program);
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => this.#print(name, line));
    }
    program.ended = new Promise((resolve) => {
      child.once("error", (error) => {
        this.#print(name, error.message);
        resolve(error.message);
      });
      child.once("close", (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    void program.ended.then((how) => {
      this.#running.delete(program);
      this.#firstEnd ??= `The ${name} ended by itself (${how}), so everything stops.`;
      // While starting, the one who waits for the program says what went wrong.
      if (this.#isShown) this.#stopAfterFirst();
    });
    return { ended: program.ended };
  }

  /** From here on, what the programs print goes to the terminal. */
  show() {
    this.#isShown = true;
    this.#kept = [];
    if (this.#firstEnd !== undefined) this.#stopAfterFirst();
  }

  /** Says why the start failed, with what the programs printed so far, and ends the process. Never resolves. */
  async giveUp(sentence) {
    if (!this.#isStopping) {
      process.stderr.write(this.#kept.map((line) => `${line}\n`).join(""));
      void this.#stop(sentence, 1);
    }
    await new Promise(() => {});
  }

  /**
   * Stops when npm has gone. npm runs us through a shell, and a SIGTERM to npm ends that
   * shell, which does not pass it on: another parent is all that we get to see of it.
   */
  #stopWithNpm() {
    if (process.env["npm_lifecycle_event"] === undefined) return;
    const parent = process.ppid;
    const timer = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(timer);
      if (!this.#isStopping) void this.#stop("npm has ended, so everything stops.", 1);
    }, parentCheckMs);
    timer.unref();
  }

  #stopAfterFirst() {
    if (!this.#isStopping) void this.#stop(this.#firstEnd, 1);
  }

  async #stop(sentence, exitCode) {
    this.#isStopping = true;
    process.stderr.write(`\n${sentence}\n`);
    const running = [...this.#running];
    for (const { child } of running) child.kill("SIGTERM");
    const timer = setTimeout(() => this.#killAll(), stopLimitMs);
    await Promise.all(running.map(({ ended }) => ended));
    clearTimeout(timer);
    process.exit(exitCode);
  }

  #killAll() {
    for (const { child } of this.#running) killGroup(child, "SIGKILL");
  }

  #print(name, line) {
    const text = readableLine(name, line);
    if (text === undefined) return;
    if (this.#isShown) process.stdout.write(`${text}\n`);
    else if (this.#kept.length < linesKeptMax) this.#kept.push(text);
  }
}
