// What a scenario is, and what it is given to work with.
import type { Bed, BedOptions } from "./bed.ts";
import type { Databases } from "./big-database/databases.ts";
import type { Figure } from "./figure.ts";
import type { Major, SdkApp } from "./sdk/sdk-app.ts";
import type { SubjectKind } from "./subject.ts";

/** How much is measured: `smoke` shows that everything works, `full` gives figures. */
export type Size = "smoke" | "full";

/** What a scenario is given. */
export interface Context {
  readonly size: Size;
  readonly synchronous: "full" | "normal";
  readonly databases: Databases;
  /** Works on a fresh bed with the raw app and takes it down. `name` is for the profile. */
  on<T>(kind: SubjectKind, name: string, work: (bed: Bed) => Promise<T>, options?: Partial<BedOptions>): Promise<T>;
  /** The same with an app that has a published SDK. */
  withSdk<T>(major: Major, kind: SubjectKind, name: string, work: (bed: Bed<SdkApp>) => Promise<T>): Promise<T>;
}

/** One named scenario. */
export interface Scenario {
  readonly name: string;
  /** What it measures, in a sentence. */
  readonly about: string;
  measure(context: Context): Promise<readonly Figure[]>;
}
