// A copy of a database file, of one moment, while somebody goes on writing to it.
import { closeSync, fsyncSync, openSync } from "node:fs";
import { connect, type NativeBinding } from "./connection.ts";

interface DatabaseFile {
  readonly file: string;
  readonly nativeBinding?: object | undefined;
}

/**
 * Copies a database, live or not, to a file that must not exist, and waits until the disk has it.
 */
export function copyDatabase({ file, to, nativeBinding }: DatabaseFile & { readonly to: string }): void {
  const db = openToRead(file, nativeBinding);
  try {
    db.prepare("VACUUM INTO ?").run(to);
  } finally {
    db.close();
  }
  const descriptor = openSync(to, "r+");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Bytes of a database, and how many of them a copy leaves out because nothing is in them. */
export function databaseSize({ file, nativeBinding }: DatabaseFile): {
  readonly bytes: number;
  readonly freeBytes: number;
} {
  const db = openToRead(file, nativeBinding);
  try {
    const numberOf = (pragma: string): number => Number(db.pragma(pragma, { simple: true }));
    const pageSize = numberOf("page_size");
    return { bytes: numberOf("page_count") * pageSize, freeBytes: numberOf("freelist_count") * pageSize };
  } finally {
    db.close();
  }
}

function openToRead(file: string, nativeBinding: NativeBinding) {
  return connect(file, { readonly: true, fileMustExist: true, timeout: 5_000 }, nativeBinding);
}
