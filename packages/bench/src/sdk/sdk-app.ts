// Starts an app with a published SDK and hears from it when runs end.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { signingKey, type Subject } from "../subject.ts";

/** The majors of the SDK that are measured. */
export type Major = "v3" | "v4";

/** What the app's process tells. */
export type SdkAppMessage =
  | { readonly kind: "listening"; readonly url: string }
  /** The function has come to its end; its answer is on its way. */
  | { readonly kind: "ended"; readonly runId: string };

/** A running app. Its functions are `steps-3` and `steps-20`, as those of the raw app. */
export interface SdkApp {
  readonly url: string;
  onEnd(listener: (runId: string) => void): void;
  close(): Promise<void>;
}

/** Starts the app in a process of its own; it is not synced yet. */
export async function startSdkApp(major: Major, subject: Subject): Promise<SdkApp> {
  let listener: (runId: string) => void = () => undefined;
  const listening = Promise.withResolvers<string>();
  const child = fork(
    fileURLToPath(new URL("./sdk-app-process.ts", import.meta.url)),
    [major, subject.url, signingKey],
    {
      execArgv: [],
    },
  );
  child.on("message", (message: SdkAppMessage) => {
    if (message.kind === "listening") listening.resolve(message.url);
    else listener(message.runId);
  });
  child.once("exit", (code) => listening.reject(new Error(`the app of SDK ${major} ended with code ${String(code)}`)));
  const url = await listening.promise;
  return {
    url,
    onEnd(next) {
      listener = next;
    },
    async close() {
      if (child.exitCode !== null) return;
      const ended = once(child, "exit");
      child.disconnect();
      await ended;
    },
  };
}
