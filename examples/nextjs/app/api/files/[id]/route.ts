// Serves uploaded files, so that the import can download them by their address.
import { readUpload } from "../../../../lib/uploads.ts";

/** Answers with the file's bytes, or 404. */
export async function GET(_request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  const { id } = await params;
  const bytes = await readUpload(id);
  if (bytes === null) return Response.json({ error: `there is no upload ${id}` }, { status: 404 });
  const headers = { "content-type": "text/csv; charset=utf-8", "x-content-type-options": "nosniff" };
  return new Response(new Uint8Array(bytes), { headers });
}
