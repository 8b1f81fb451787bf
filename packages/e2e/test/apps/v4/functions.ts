// The nine functions of the reference application in SDK v4's form, on the application's own database and outbox.
import { contentApprovalWorkflow } from "./functions/content-approval-workflow.ts";
import { generateMonthlyReports } from "./functions/generate-monthly-reports.ts";
import { myFunction } from "./functions/my-function.ts";
import { processCsvUpload } from "./functions/process-csv-upload.ts";
import { sendUserDigest } from "./functions/send-user-digest.ts";
import { validateInput } from "./functions/validate-input.ts";
import { weeklyDigestFanout } from "./functions/weekly-digest-fanout.ts";
import { weeklyDigest } from "./functions/weekly-digest.ts";
import { welcomeEmailSequence } from "./functions/welcome-email-sequence.ts";

/** All nine. */
export const functions = [
  welcomeEmailSequence,
  processCsvUpload,
  generateMonthlyReports,
  weeklyDigest,
  weeklyDigestFanout,
  sendUserDigest,
  contentApprovalWorkflow,
  myFunction,
  validateInput,
];
