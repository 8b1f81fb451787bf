// Upload: a CSV file of orders, and the files uploaded so far.
import type { ReactNode } from "react";
import { orderColumns } from "../../lib/order-rows.ts";
import { latestUploads } from "../../lib/uploads.ts";
import { latestUsers } from "../../lib/users.ts";
import { Notice } from "../_components/notice.tsx";
import type { PageQuery } from "../_components/notice.tsx";
import { Time } from "../_components/time.tsx";

export const dynamic = "force-dynamic";

/** Shows the upload form and the latest uploads. */
export default function UploadPage({ searchParams }: { searchParams: PageQuery }): ReactNode {
  return (
    <>
      <Notice query={searchParams} />
      <h1>Upload orders</h1>
      <p>
        A CSV file with the columns <code>{orderColumns.join(", ")}</code>. Try{" "}
        <a href="/sample-orders.csv" download>
          the sample
        </a>
        : it has two faulty rows and one order twice.
      </p>
      <form method="post" action="/api/upload" encType="multipart/form-data" className="card stack">
        <label>
          File <input type="file" name="file" accept=".csv,text/csv" required />
        </label>
        <label>
          Uploaded by{" "}
          <select name="userId">
            {latestUsers(50).map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <button className="primary">Upload</button>
      </form>
      <h2>Uploads</h2>
      <table>
        <thead>
          <tr>
            <th>File</th>
            <th>Bytes</th>
            <th>User</th>
            <th>Uploaded</th>
          </tr>
        </thead>
        <tbody>
          {latestUploads(50).map(({ id, fileName, fileSize, userId, uploadedAt }) => (
            <tr key={id}>
              <td>
                <a href={`/api/files/${id}`}>{fileName}</a>
              </td>
              <td>{fileSize}</td>
              <td>
                <code>{userId}</code>
              </td>
              <td>
                <Time at={uploadedAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
