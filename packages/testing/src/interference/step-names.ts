// What steps are called: apps hash their ids, and people speak of them by the ids they gave them.
import { createHash } from "node:crypto";
import { isJsonObject, type JsonObject, type JsonValue } from "@stepwright/protocol";

/** The names of steps that answers of apps have told of. */
export interface StepNames {
  note(runId: string, op: JsonObject): void;
  /** Says whether a hashed id is that of a step which its function calls `name`. */
  isNamed(runId: string, stepId: string, name: string): boolean;
  /** What an op is called by its function. */
  nameOf(op: JsonObject): string;
  /** The op that planned a step; its name is what the trace shows. */
  opOf(runId: string, stepId: string): JsonObject | null;
}

/** Makes the book of names. */
export function createStepNames(): StepNames {
  const ops = new Map<string, JsonObject>();
  const keyOf = (runId: string, stepId: string): string => `${runId}/${stepId}`;
  return {
    nameOf,
    note(runId, op) {
      ops.set(keyOf(runId, textOf(op["id"])), op);
    },
    opOf: (runId, stepId) => ops.get(keyOf(runId, stepId)) ?? null,
    isNamed(runId, stepId, name) {
      const op = ops.get(keyOf(runId, stepId));
      // Steps planned before anybody listened: published SDKs hash with SHA-1.
      return op === undefined ? createHash("sha1").update(name).digest("hex") === stepId : nameOf(op) === name;
    },
  };
}

function nameOf(op: JsonObject): string {
  const userland = op["userland"];
  if (isJsonObject(userland) && typeof userland["id"] === "string") return userland["id"];
  return textOf(op["displayName"] ?? op["name"] ?? op["id"]);
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}
