// The state of what can be down, for scripts.
import { listDependencies } from "../../../lib/dependencies.ts";

/** Answers with all dependencies and their states. */
export function GET(): Response {
  return Response.json({ dependencies: listDependencies() });
}
