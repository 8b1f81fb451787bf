// Home: what there is so far, and buttons for everything that needs no page of its own.
import Link from "next/link";
import type { ReactNode } from "react";
import { readCounters } from "../lib/counters.ts";
import { listDependencies } from "../lib/dependencies.ts";
import { monthOf } from "../lib/month.ts";
import { latestUsers } from "../lib/users.ts";
import { AutoRefresh } from "./_components/auto-refresh.tsx";
import { DependencyForm } from "./_components/dependency-form.tsx";
import { Notice } from "./_components/notice.tsx";
import type { PageQuery } from "./_components/notice.tsx";

export const dynamic = "force-dynamic";

/** Shows live counters, the links, and the forms that send single events. */
export default function HomePage({ searchParams }: { searchParams: PageQuery }): ReactNode {
  return (
    <>
      <AutoRefresh everyMs={2000} />
      <Notice query={searchParams} />
      <h1>Background work that survives anything</h1>
      <p>
        Everything here answers at once; emails, imports, reports and reviews happen in the background. The{" "}
        <Link href="/outbox">outbox</Link> shows every email sent and every time a step ran.
      </p>
      <CounterList />
      <div className="columns">
        <ReportCard />
        <RetryCard />
        <ValidateCard />
        <DigestCard />
      </div>
    </>
  );
}

function CounterList(): ReactNode {
  const counters = readCounters();
  const figures = [
    ["Users", counters.users, "/signup"],
    ["Orders", counters.orders, "/upload"],
    ["Uploads", counters.uploads, "/upload"],
    ["Waiting for review", counters.contentsWaiting, "/approvals"],
    ["Reviewed", counters.contentsDecided, "/approvals"],
    ["Emails sent", counters.emails, "/outbox"],
    ["Step executions", counters.stepExecutions, "/outbox"],
  ] as const;
  return (
    <ul className="counters" aria-label="Counters">
      {figures.map(([label, count, href]) => (
        <li key={label}>
          <Link href={href}>
            <b>{count}</b> {label}
          </Link>
        </li>
      ))}
    </ul>
  );
}

function ReportCard(): ReactNode {
  const { month, year } = monthOf();
  return (
    <section className="card">
      <h2>Monthly reports</h2>
      <p>Three reports at the same time, then one email to the team.</p>
      <form method="post" action="/api/reports" className="row">
        <label>
          Month <input type="number" name="month" min={1} max={12} defaultValue={month} required />
        </label>
        <label>
          Year <input type="number" name="year" min={2000} max={9999} defaultValue={year} required />
        </label>
        <button className="primary">Generate reports</button>
      </form>
    </section>
  );
}

function RetryCard(): ReactNode {
  return (
    <section className="card">
      <h2>Retries</h2>
      <p>
        A risky operation that is tried again until its dependency recovers. The CSV import writes to the order store.
      </p>
      <form method="post" action="/api/my-event" className="row">
        <label>
          Message <input name="message" defaultValue="hello" />
        </label>
        <button className="primary">Send my/event</button>
      </form>
      {listDependencies().map((dependency) => (
        <DependencyForm key={dependency.name} {...dependency} />
      ))}
    </section>
  );
}

function ValidateCard(): ReactNode {
  return (
    <section className="card">
      <h2>Failing at once</h2>
      <p>A bad address fails the run on its first attempt: trying again could not help.</p>
      <form method="post" action="/api/validate" className="row">
        <label>
          Address <input name="email" defaultValue="not-an-address" required />
        </label>
        <button className="primary">Send user/validate</button>
      </form>
    </section>
  );
}

function DigestCard(): ReactNode {
  return (
    <section className="card">
      <h2>Digest</h2>
      <p>Goes to everybody on Mondays at 9:00 UTC, or to one user now.</p>
      <form method="post" action="/api/digest" className="row">
        <label>
          User{" "}
          <select name="userId">
            {latestUsers(50).map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <button className="primary">Send digest</button>
      </form>
    </section>
  );
}
