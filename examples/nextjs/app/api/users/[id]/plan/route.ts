// Changes a user's plan, which the welcome sequence reads at the end of its week.
import { answerForm, FormError, required } from "../../../../../lib/form.ts";
import { changePlan } from "../../../../../lib/users.ts";

/** Takes `plan`: `free` or `pro`. */
export async function POST(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  const { id } = await params;
  return answerForm(request, "/signup", async (fields) => {
    const plan = required(fields, "plan");
    if (plan !== "free" && plan !== "pro") throw new FormError(400, `"${plan}" is not a plan; choose free or pro`);
    if (!changePlan(id, plan)) throw new FormError(404, `there is no user ${id}`);
    return { status: 200, notice: `The plan is now ${plan}.`, body: { userId: id, plan } };
  });
}
