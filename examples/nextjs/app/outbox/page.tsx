// Outbox: every email sent and every execution of a step, so that nothing done twice or not at all can hide.
import type { ReactNode } from "react";
import { latestExecutions } from "../../lib/executions.ts";
import { latestEmails } from "../../lib/outbox.ts";
import { AutoRefresh } from "../_components/auto-refresh.tsx";
import { Time } from "../_components/time.tsx";

export const dynamic = "force-dynamic";

const rowsMax = 100;

/** Shows the latest emails and step executions, newest first, and keeps them current. */
export default function OutboxPage(): ReactNode {
  return (
    <>
      <AutoRefresh everyMs={2000} />
      <h1>Outbox</h1>
      <h2>Emails</h2>
      <EmailTable />
      <h2>Step executions</h2>
      <p className="quiet">
        One line for each time a step's code ran. A step that is replayed from its stored result adds none.
      </p>
      <ExecutionTable />
    </>
  );
}

function EmailTable(): ReactNode {
  return (
    <table aria-label="Emails">
      <thead>
        <tr>
          <th>Sent</th>
          <th>Kind</th>
          <th>To</th>
          <th>Email</th>
          <th>Run</th>
          <th>Step</th>
        </tr>
      </thead>
      <tbody>
        {latestEmails(rowsMax).map(({ id, createdAt, kind, to, subject, body, runId, step }) => (
          <tr key={id}>
            <td>
              <Time at={createdAt} />
            </td>
            <td>
              <span className="badge">{kind}</span>
            </td>
            <td>{to}</td>
            <td>
              <details>
                <summary>{subject}</summary>
                <pre>{body}</pre>
              </details>
            </td>
            <td>
              <code>{runId}</code>
            </td>
            <td>
              <code>{step}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function ExecutionTable(): ReactNode {
  return (
    <table aria-label="Step executions">
      <thead>
        <tr>
          <th>Began</th>
          <th>Run</th>
          <th>Step</th>
          <th>Attempt</th>
        </tr>
      </thead>
      <tbody>
        {latestExecutions(rowsMax).map(({ id, at, runId, step, attempt }) => (
          <tr key={id}>
            <td>
              <Time at={at} />
            </td>
            <td>
              <code>{runId}</code>
            </td>
            <td>
              <code>{step}</code>
            </td>
            <td>{attempt}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
