// Users: who signed up, on which plan they are, and who wants the weekly digest.
import { randomUUID } from "node:crypto";
import { database } from "./database.ts";

/** What a user pays for. */
export type Plan = "free" | "pro";

/** One user; `createdAt` is milliseconds UTC. */
export interface User {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly plan: Plan;
  readonly createdAt: number;
}

const columns = "id, email, name, plan, created_at AS createdAt";

/** Inserts a user, who wants the digest by default. Returns null when the address is taken. */
export function addUser(user: { email: string; name: string; plan: Plan }): User | null {
  const added: User = { id: `user-${randomUUID()}`, ...user, createdAt: Date.now() };
  const { changes } = database()
    .prepare(
      `INSERT INTO users (id, email, name, plan, wants_digest, created_at)
       VALUES (@id, @email, @name, @plan, 1, @createdAt) ON CONFLICT (email) DO NOTHING`,
    )
    .run(added);
  return changes === 1 ? added : null;
}

/** Finds a user by id; null when there is none. */
export function findUser(userId: string): User | null {
  return database().prepare<[string], User>(`SELECT ${columns} FROM users WHERE id = ?`).get(userId) ?? null;
}

/** Lists users, newest first. */
export function latestUsers(limit: number): User[] {
  return database()
    .prepare<[number], User>(`SELECT ${columns} FROM users ORDER BY created_at DESC, id LIMIT ?`)
    .all(limit);
}

/** Lists everybody who wants the weekly digest, in the order of their ids. */
export function digestUsers(): User[] {
  return database().prepare<[], User>(`SELECT ${columns} FROM users WHERE wants_digest = 1 ORDER BY id`).all();
}

/** Changes a user's plan. Returns false when there is no such user. */
export function changePlan(userId: string, plan: Plan): boolean {
  return database().prepare("UPDATE users SET plan = ? WHERE id = ?").run(plan, userId).changes === 1;
}

/** Removes a user whose sign-up could not be completed. */
export function removeUser(userId: string): void {
  database().prepare("DELETE FROM users WHERE id = ?").run(userId);
}
