// Asks for the reports of a month.
import { answerForm, FormError, required } from "../../../lib/form.ts";
import { isMonth } from "../../../lib/month.ts";
import { sendAndTell } from "../../../lib/send.ts";

/** Takes `month` (from 1) and `year`; sends `reports/generate-all`. */
export function POST(request: Request): Promise<Response> {
  return answerForm(request, "/", async (fields) => {
    const data = { month: Number(required(fields, "month")), year: Number(required(fields, "year")) };
    if (!isMonth(data)) throw new FormError(400, `month ${fields.month} of ${fields.year} is no month`);
    return sendAndTell({ name: "reports/generate-all", data });
  });
}
