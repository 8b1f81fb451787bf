// Every page with real data of every kind, wide and narrow, light and dark: nothing keeps people out who do not see or do
// not point, nothing is wider than the screen, and nothing is written into the console.
import { expect, test } from "vitest";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";
import { openPage, takePicture, useBrowser } from "./open-browser.ts";
import { faultsOf } from "./page-faults.ts";
import { makeTour, type Tour } from "./tour.ts";

const server = useServer({ args: ["--no-poll", "--retry-interval", "0.05"] });

const browser = useBrowser();

const looks = [
  { name: "wide-light", colorScheme: "light", width: 1280, height: 860 },
  { name: "phone-dark", colorScheme: "dark", width: 360, height: 740 },
] as const;

interface Stop {
  readonly name: string;
  readonly path: string;
  /** What is there when the page is. */
  readonly heading: string;
  /** It is not there before its rows are. */
  readonly isList?: boolean;
  /** The button that opens the dialog to look at. */
  readonly opens?: string;
}

const steps = ["load", "in-vain", "ask-child", "infer", "wrap"];

function stopsOf({ app, run }: Tour): readonly Stop[] {
  const runs = [
    "every-step",
    "step-fails",
    "function-fails",
    "throws-text",
    "child-fails",
    "infer-fails",
    "retrying",
    "sleeping",
    "waiting",
    "cancelled",
    "held",
    "skipped",
    "throttled",
    "long-names",
    "large",
    "many-steps",
  ];
  const slug = (name: string): string => `${app.id}-${name}`;
  const every = run("every-step");
  return [
    { name: "runs", path: "/runs", heading: "Runs", isList: true },
    { name: "runs-failed", path: "/runs?status=failed", heading: "Runs", isList: true },
    ...runs.map((name) => ({ name: `run-${name}`, path: `/runs/${run(name).id}`, heading: "Steps" })),
    ...steps.map((name) => ({ name: `step-${name}`, path: `/runs/${every.id}?step=${name}`, heading: name })),
    { name: "step-failed", path: `/runs/${run("step-fails").id}?step=charge-card`, heading: "charge-card" },
    { name: "dialog-send", path: "/apps", heading: "Apps", opens: "Send event" },
    {
      name: "dialog-cancel",
      path: `/runs?fn=${slug("sleeping")}`,
      heading: "Runs",
      isList: true,
      opens: "Cancel runs",
    },
    { name: "dialog-rerun", path: `/runs/${every.id}?step=load`, heading: "load", opens: "Run again from here" },
    { name: "events", path: "/events", heading: "Events", isList: true },
    { name: "event", path: `/events/${every.trigger.eventId}`, heading: "Payload" },
    { name: "event-large", path: `/events/${run("large").trigger.eventId}`, heading: "Payload" },
    { name: "functions", path: "/functions", heading: "Functions", isList: true },
    { name: "function", path: `/functions/${slug("spaced")}`, heading: "Queue" },
    { name: "function-long", path: `/functions/${slug("long-names")}`, heading: "Queue" },
    { name: "apps", path: "/apps", heading: "Apps" },
    { name: "app", path: `/apps/${app.synced.id}`, heading: "Functions" },
    { name: "open", path: "/open", heading: "Open a saved run" },
  ];
}

// Both majors bring the same pages: with the older one it is enough to look once, at what its runs differ in.
const visits = [
  { major: "v3", looks: looks.slice(0, 1), isMeant: ({ name }: Stop) => /^(?:run|step)-/.test(name) },
  { major: "v4", looks, isMeant: () => true },
] as const;

test.each(visits)(
  "SDK $major: every page can be used by everybody, at every size and in both colours",
  { timeout: 400_000 },
  async ({ major, isMeant, ...visit }) => {
    const sdk = sdks.find(({ name }) => name === major);
    if (sdk === undefined) throw new Error(`there is no SDK ${major}`);
    const stops = stopsOf(await makeTour(server, sdk)).filter(isMeant);
    const faults = await Promise.all(visit.looks.map((look) => faultsAt(stops, look)));
    expect(faults.flat()).toEqual([]);
  },
);

async function faultsAt(stops: readonly Stop[], look: (typeof looks)[number]): Promise<readonly string[]> {
  const faults: string[] = [];
  const { page, foreign } = await openPage(browser, server.url, look);
  page.on("pageerror", (error) => faults.push(`${look.name}: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(`${look.name}: ${message.text()}`);
  });
  for (const stop of stops) {
    await page.goto(`${server.url}${stop.path}`);
    await page.getByRole("heading", { name: stop.heading, exact: true }).first().waitFor();
    if (stop.isList === true) await page.getByRole("row").nth(1).waitFor();
    if (stop.opens !== undefined) {
      await page.getByRole("button", { name: stop.opens }).click();
      await page.getByRole("dialog").getByRole("button").nth(1).waitFor();
    }
    await takePicture(page, `tour/${stop.name}-${look.name}`);
    faults.push(...(await faultsOf(page)).map((fault) => `${stop.name}, ${look.name}: ${fault}`));
  }
  await page.close();
  return [...faults, ...foreign];
}
