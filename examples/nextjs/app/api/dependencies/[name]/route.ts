// Breaks and mends a dependency, so that retries can be watched.
import { isDependencyName, setDependency } from "../../../../lib/dependencies.ts";
import { answerForm, FormError } from "../../../../lib/form.ts";

/** Takes `failuresLeft`: 0 is up, N fails the next N calls, empty (or null) is down until it is set again. */
export async function POST(request: Request, { params }: { params: Promise<{ name: string }> }): Promise<Response> {
  const { name } = await params;
  return answerForm(request, "/", async (fields) => {
    if (!isDependencyName(name)) throw new FormError(404, `there is no dependency ${name}`);
    const failuresLeft = readFailuresLeft(fields.failuresLeft);
    setDependency({ name, failuresLeft });
    return { status: 200, notice: `${name} ${describe(failuresLeft)}.`, body: { name, failuresLeft } };
  });
}

function readFailuresLeft(text: string | undefined): number | null {
  if (text === undefined) throw new FormError(400, "failuresLeft is missing");
  if (text === "") return null;
  const failuresLeft = Number(text);
  if (!Number.isSafeInteger(failuresLeft) || failuresLeft < 0) {
    throw new FormError(400, `failuresLeft must be a whole number from 0, or empty; got "${text}"`);
  }
  return failuresLeft;
}

function describe(failuresLeft: number | null): string {
  if (failuresLeft === null) return "is down until you bring it up";
  return failuresLeft === 0 ? "is up" : `fails the next ${failuresLeft} calls`;
}
