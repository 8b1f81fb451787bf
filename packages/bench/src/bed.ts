// A process under measurement with a synced raw app and a sender: what every scenario starts from.
import { type MeasuredWindow, measuredWindow } from "./measured-window.ts";
import { type RawApp, startRawApp } from "./raw-app.ts";
import { createSender, type Sender } from "./sender.ts";
import { startSubject, type Subject, type SubjectOptions } from "./subject.ts";

/** The bed. */
export interface Bed extends Omit<Sender, "close"> {
  readonly app: RawApp;
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

/** Starts process, app and sender; resolves once the functions are known. */
export async function startBed(options: BedOptions): Promise<Bed> {
  const subject = await startSubject({ ...options, inspect: options.profile !== null });
  const app = await startRawApp({ serverUrl: subject.url, signingKeyHash: subject.signingKeyHash });
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
      await app.close();
      await subject.stop();
    },
  };
}
