// A submitted content waits up to two days for its reviewer; without a decision it is escalated.
import { decideContent, findContent } from "stepwright-example-nextjs/lib/contents.ts";
import { recordExecution } from "stepwright-example-nextjs/lib/executions.ts";
import { sendEmail } from "stepwright-example-nextjs/lib/outbox.ts";
import { findUser } from "stepwright-example-nextjs/lib/users.ts";
import { contentReviewed, contentSubmitted, inngest } from "../client.ts";

const editorAddress = "chief-editor@example.com";

/** Asks a reviewer for a decision and publishes, rejects or escalates the content. */
export const contentApprovalWorkflow = inngest.createFunction(
  { id: "content-approval-workflow", triggers: [contentSubmitted] },
  async ({ event, step, runId, attempt }) => {
    const { contentId, authorId, reviewerId } = event.data;

    await step.run("notify-reviewer", () => {
      const execution = recordExecution({ runId, step: "notify-reviewer", attempt });
      return sendEmail(execution, {
        kind: "review-requested",
        to: addressOf(reviewerId),
        subject: `Please review: ${titleOf(contentId)}`,
        body: `${authorId} asks for your review of ${contentId} within 48 hours.`,
      });
    });

    const review = await step.waitForEvent("wait-for-approval", {
      event: contentReviewed,
      match: "data.contentId",
      timeout: "48h",
    });

    if (!review) {
      await step.run("escalate", () => {
        const execution = recordExecution({ runId, step: "escalate", attempt });
        decideContent({ contentId, decision: "escalated", feedback: null });
        return sendEmail(execution, {
          kind: "review-escalated",
          to: editorAddress,
          subject: `No review within 48 hours: ${titleOf(contentId)}`,
          body: `${reviewerId} did not decide on ${contentId}.`,
        });
      });
      return { status: "escalated" };
    }

    if (review.data.approved) {
      await step.run("publish-content", () => {
        const execution = recordExecution({ runId, step: "publish-content", attempt });
        decideContent({ contentId, decision: "published", feedback: review.data.feedback ?? null });
        return sendEmail(execution, {
          kind: "content-published",
          to: addressOf(authorId),
          subject: `Published: ${titleOf(contentId)}`,
          body: review.data.feedback ?? "Your content is online.",
        });
      });
      return { status: "published" };
    }

    await step.run("notify-rejection", () => {
      const execution = recordExecution({ runId, step: "notify-rejection", attempt });
      decideContent({ contentId, decision: "rejected", feedback: review.data.feedback ?? null });
      return sendEmail(execution, {
        kind: "content-rejected",
        to: addressOf(authorId),
        subject: `Not yet: ${titleOf(contentId)}`,
        body: review.data.feedback ?? "The reviewer gave no feedback.",
      });
    });
    return { status: "rejected" };
  },
);

// Events may be sent by hand and name people and contents that the database does not know; the id then stands for them.
function addressOf(userId: string): string {
  return findUser(userId)?.email ?? userId;
}

function titleOf(contentId: string): string {
  return findContent(contentId)?.title ?? contentId;
}
