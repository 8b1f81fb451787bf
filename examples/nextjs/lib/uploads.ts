// Uploaded files: the bytes lie in the upload folder under the upload's id, what is known about them in the database.
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { database, uploadFolder } from "./database.ts";

/** The largest file that can be uploaded, in bytes. Parsed rows are a step's result, and results may have 4 MiB as JSON. */
export const uploadBytesMax = 1024 * 1024;

/** One uploaded file; `fileSize` in bytes, `uploadedAt` in milliseconds UTC. */
export interface Upload {
  readonly id: string;
  readonly userId: string;
  readonly fileName: string;
  readonly fileSize: number;
  readonly uploadedAt: number;
}

const columns = "id, user_id AS userId, file_name AS fileName, file_size AS fileSize, uploaded_at AS uploadedAt";

/** Stores a file, bytes first: a row in the database always has its file. */
export async function addUpload(file: { userId: string; fileName: string; bytes: Uint8Array }): Promise<Upload> {
  const upload: Upload = {
    id: `upload-${randomUUID()}`,
    userId: file.userId,
    fileName: file.fileName,
    fileSize: file.bytes.byteLength,
    uploadedAt: Date.now(),
  };
  await mkdir(uploadFolder(), { recursive: true });
  await writeFile(filePath(upload.id), file.bytes);
  database()
    .prepare(
      `INSERT INTO uploads (id, user_id, file_name, file_size, uploaded_at)
       VALUES (@id, @userId, @fileName, @fileSize, @uploadedAt)`,
    )
    .run(upload);
  return upload;
}

/** Reads an uploaded file; null when there is no such upload. */
export async function readUpload(uploadId: string): Promise<Buffer | null> {
  // Only ids that the database knows become paths, so no id can point outside the folder.
  const known = database().prepare<[string], { id: string }>("SELECT id FROM uploads WHERE id = ?").get(uploadId);
  return known === undefined ? null : readFile(filePath(known.id));
}

/** Lists the latest uploads, newest first. */
export function latestUploads(limit: number): Upload[] {
  return database()
    .prepare<[number], Upload>(`SELECT ${columns} FROM uploads ORDER BY uploaded_at DESC LIMIT ?`)
    .all(limit);
}

/** Removes an upload whose import could not be started. */
export async function removeUpload(uploadId: string): Promise<void> {
  database().prepare("DELETE FROM uploads WHERE id = ?").run(uploadId);
  await rm(filePath(uploadId), { force: true });
}

function filePath(uploadId: string): string {
  return join(uploadFolder(), `${uploadId}.csv`);
}
