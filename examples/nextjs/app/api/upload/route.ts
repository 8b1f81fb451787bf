// Stores an uploaded CSV file and has it imported in the background.
import { answerForm, FormError, required } from "../../../lib/form.ts";
import { sendOrUndo } from "../../../lib/send.ts";
import { addUpload, removeUpload, uploadBytesMax } from "../../../lib/uploads.ts";

/** Takes a multipart form with `file` and `userId`; sends `file/uploaded`. */
export async function POST(request: Request): Promise<Response> {
  // The form is read twice, for its file and for its texts, and a body can be consumed only once.
  const file = await readFile(request.clone());
  return answerForm(request, "/upload", async (fields) => {
    const userId = required(fields, "userId");
    if (file === null || file.size === 0) throw new FormError(400, "choose a CSV file that is not empty");
    if (file.size > uploadBytesMax) throw new FormError(413, `${file.name} is larger than ${uploadBytesMax} bytes`);

    const { id, fileName, fileSize } = await addUpload({ userId, fileName: file.name, bytes: await file.bytes() });
    const fileUrl = `${origin(request)}/api/files/${id}`;
    const event = { name: "file/uploaded" as const, data: { fileUrl, userId, fileName, fileSize } };
    const eventId = await sendOrUndo(event, () => removeUpload(id));
    return { status: 202, notice: `${fileName} is being imported.`, body: { uploadId: id, fileUrl, eventId } };
  });
}

async function readFile(request: Request): Promise<File | null> {
  const form = await request.formData().catch(() => null);
  const file = form?.get("file") ?? null;
  return typeof file === "string" ? null : file;
}

// The name that the browser used reaches this application from here, too; the address Next listens on may not.
function origin(request: Request): string {
  const url = new URL(request.url);
  const protocol = request.headers.get("x-forwarded-proto") ?? url.protocol.replace(":", "");
  return `${protocol}://${request.headers.get("host") ?? url.host}`;
}
