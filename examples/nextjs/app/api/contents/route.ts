// Takes a content for review.
import { addContent, removeContent } from "../../../lib/contents.ts";
import { answerForm, required } from "../../../lib/form.ts";
import { sendOrUndo } from "../../../lib/send.ts";

/** Takes `title`, `body`, `authorId` and `reviewerId`; sends `content/submitted`. */
export function POST(request: Request): Promise<Response> {
  return answerForm(request, "/approvals", async (fields) => {
    const authorId = required(fields, "authorId");
    const reviewerId = required(fields, "reviewerId");
    const title = required(fields, "title");
    const contentId = addContent({ title, body: required(fields, "body"), authorId, reviewerId });

    const event = { name: "content/submitted" as const, data: { contentId, authorId, reviewerId } };
    const eventId = await sendOrUndo(event, () => removeContent(contentId));
    return { status: 201, notice: `"${title}" waits for its review.`, body: { contentId, eventId } };
  });
}
