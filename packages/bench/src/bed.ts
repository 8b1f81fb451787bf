// A process under measurement with a synced app and a sender: what every scenario starts from.
import { type MeasuredWindow, measuredWindow } from "./measured-window.ts";
import type { RawApp } from "./raw-app.ts";
import { createSender, type Sender } from "./sender.ts";
import { startSubject, type Subject, type SubjectOptions } from "./subject.ts";

/** The bed. */
export interface Bed<App = RawApp> extends Omit<Sender, "close"> {
  readonly app: App;
  readonly subject: Subject;
  /** What the process under measurement spends while something is measured. */
  readonly window: MeasuredWindow;
  close(): Promise<void>;
}

/** How to make one. */
export interface BedOptions extends Omit<SubjectOptions, "inspect"> {
  /** Profiles what is measured into this folder, under this name. */
  readonly profile: { readonly folder: string; readonly name: string } | null;
}

/** What a bed needs to know of an app. */
export interface BedApp {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts process, app and sender; resolves once the functions are known. */
export async function startBed<App extends BedApp>(
  options: BedOptions,
  startApp: (subject: Subject) => Promise<App>,
): Promise<Bed<App>> {
  const subject = await startSubject({ ...options, inspect: options.profile !== null });
  const app = await startApp(subject);
  const answer = await fetch(app.url, { method: "PUT" });
  if (answer.status !== 200) throw new Error(`the app could not be synced: ${answer.status} ${await answer.text()}`);
  const { profile } = options;
  const { inspectorUrl } = subject;
  const window = await measuredWindow(
    subject.pid,
    profile === null || inspectorUrl === null ? null : { inspectorUrl, ...profile },
  );
  const sender = createSender(subject);
  return {
    app,
    subject,
    window,
    send: sender.send,
    sendAll: sender.sendAll,
    post: sender.post,
    async close() {
      await window.dispose();
      await sender.close();
      // The app outlives the process that calls it: the last answer may still be on its way.
      await subject.stop();
      await app.close();
    },
  };
}
