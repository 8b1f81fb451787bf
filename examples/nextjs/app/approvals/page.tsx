// Approvals: submit a content, decide on those that wait, see what became of the rest.
import type { ReactNode } from "react";
import { decidedContents, waitingContents } from "../../lib/contents.ts";
import type { Content } from "../../lib/contents.ts";
import { latestUsers } from "../../lib/users.ts";
import type { User } from "../../lib/users.ts";
import { AutoRefresh } from "../_components/auto-refresh.tsx";
import { Notice } from "../_components/notice.tsx";
import type { PageQuery } from "../_components/notice.tsx";
import { Time } from "../_components/time.tsx";

export const dynamic = "force-dynamic";

/** Shows the submission form, the waiting contents with their decision forms, and the latest decisions. */
export default function ApprovalsPage({ searchParams }: { searchParams: PageQuery }): ReactNode {
  const waiting = waitingContents(50);
  return (
    <>
      <AutoRefresh everyMs={2000} />
      <Notice query={searchParams} />
      <h1>Approvals</h1>
      <p>A submitted content waits 48 hours for its review; then it goes to the chief editor.</p>
      <SubmitForm users={latestUsers(50)} />
      <h2>Waiting</h2>
      {waiting.length === 0 ? <p className="quiet">Nothing waits for a review.</p> : null}
      {waiting.map((content) => (
        <ReviewForm key={content.id} {...content} />
      ))}
      <h2>Decided</h2>
      <DecisionTable contents={decidedContents(50)} />
    </>
  );
}

function SubmitForm({ users }: { users: readonly User[] }): ReactNode {
  const options = users.map(({ id, name }) => (
    <option key={id} value={id}>
      {name}
    </option>
  ));
  return (
    <form method="post" action="/api/contents" className="card stack">
      <label>
        Title <input name="title" required />
      </label>
      <label>
        Text <textarea name="body" rows={3} required />
      </label>
      <label>
        Author{" "}
        <select name="authorId" defaultValue="user-ada">
          {options}
        </select>
      </label>
      <label>
        Reviewer{" "}
        <select name="reviewerId" defaultValue="user-grace">
          {options}
        </select>
      </label>
      <button className="primary">Submit for review</button>
    </form>
  );
}

function ReviewForm({ id, title, body, authorId, reviewerId, submittedAt }: Content): ReactNode {
  return (
    <form method="post" action={`/api/contents/${id}/review`} className="card stack" aria-label={`Review of ${title}`}>
      <h3>{title}</h3>
      <p>{body}</p>
      <p className="quiet">
        by <code>{authorId}</code> for <code>{reviewerId}</code>, <Time at={submittedAt} />
      </p>
      <label>
        Feedback <input name="feedback" />
      </label>
      <div className="row">
        <button className="primary" name="approved" value="true">
          Approve
        </button>
        <button name="approved" value="false">
          Reject
        </button>
      </div>
    </form>
  );
}

function DecisionTable({ contents }: { contents: readonly Content[] }): ReactNode {
  return (
    <table>
      <thead>
        <tr>
          <th>Title</th>
          <th>Decision</th>
          <th>Feedback</th>
          <th>Decided</th>
        </tr>
      </thead>
      <tbody>
        {contents.map(({ id, title, status, feedback, decidedAt }) => (
          <tr key={id}>
            <td>{title}</td>
            <td>
              <span className={status === "published" ? "badge good" : "badge bad"}>{status}</span>
            </td>
            <td>{feedback}</td>
            <td>{decidedAt === null ? null : <Time at={decidedAt} />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
