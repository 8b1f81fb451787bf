// Takes a reviewer's decision. It only sends the event: the function that waits for it stores the outcome.
import { findContent } from "../../../../../lib/contents.ts";
import { answerForm, FormError, required } from "../../../../../lib/form.ts";
import { sendAndTell } from "../../../../../lib/send.ts";

/** Takes `approved` (`true` or `false`) and optionally `feedback`; sends `content/reviewed`. */
export async function POST(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  const { id: contentId } = await params;
  return answerForm(request, "/approvals", async (fields) => {
    const approved = required(fields, "approved");
    if (approved !== "true" && approved !== "false") throw new FormError(400, "approved must be true or false");
    const content = findContent(contentId);
    if (content === null) throw new FormError(404, `there is no content ${contentId}`);
    if (content.status !== "waiting") throw new FormError(409, `"${content.title}" is ${content.status} already`);

    const feedback = fields.feedback?.trim() ?? "";
    return sendAndTell({
      name: "content/reviewed",
      data: { contentId, approved: approved === "true", ...(feedback === "" ? {} : { feedback }) },
    });
  });
}
