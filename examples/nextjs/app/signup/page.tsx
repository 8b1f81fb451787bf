// Sign-up: the form, and who is there already, with their plans.
import type { ReactNode } from "react";
import { latestUsers } from "../../lib/users.ts";
import type { User } from "../../lib/users.ts";
import { Notice } from "../_components/notice.tsx";
import type { PageQuery } from "../_components/notice.tsx";
import { Time } from "../_components/time.tsx";

export const dynamic = "force-dynamic";

/** Shows the sign-up form and the latest users. */
export default function SignupPage({ searchParams }: { searchParams: PageQuery }): ReactNode {
  return (
    <>
      <Notice query={searchParams} />
      <h1>Sign up</h1>
      <p>
        You get a welcome at once, tips after two days, and an offer after a week if you are on the free plan by then.
      </p>
      <form method="post" action="/api/signup" className="card stack">
        <label>
          Name <input name="name" autoComplete="name" required />
        </label>
        <label>
          Email <input type="email" name="email" autoComplete="email" required />
        </label>
        <label>
          Plan{" "}
          <select name="plan">
            <option value="free">Free</option>
            <option value="pro">Pro</option>
          </select>
        </label>
        <button className="primary">Sign up</button>
      </form>
      <h2>Users</h2>
      <table>
        <thead>
          <tr>
            <th>Name</th>
            <th>Email</th>
            <th>Id</th>
            <th>Signed up</th>
            <th>Plan</th>
          </tr>
        </thead>
        <tbody>
          {latestUsers(50).map((user) => (
            <UserRow key={user.id} {...user} />
          ))}
        </tbody>
      </table>
    </>
  );
}

function UserRow({ id, name, email, plan, createdAt }: User): ReactNode {
  const otherPlan = plan === "free" ? "pro" : "free";
  return (
    <tr>
      <td>{name}</td>
      <td>{email}</td>
      <td>
        <code>{id}</code>
      </td>
      <td>
        <Time at={createdAt} />
      </td>
      <td>
        <form method="post" action={`/api/users/${id}/plan`} className="row">
          <span className="badge">{plan}</span>
          <button name="plan" value={otherPlan}>
            Change to {otherPlan}
          </button>
        </form>
      </td>
    </tr>
  );
}
