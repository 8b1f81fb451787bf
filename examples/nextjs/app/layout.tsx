// The frame of every page: title, navigation, styles.
import type { Metadata } from "next";
import Link from "next/link";
import type { ReactNode } from "react";
import "./globals.css";

export const metadata: Metadata = {
  title: "My app",
  description: "A Next.js application whose background work survives anything.",
};

/** Wraps a page in the frame. */
export default function RootLayout({ children }: { children: ReactNode }): ReactNode {
  return (
    <html lang="en">
      <body>
        <header>
          <Link href="/" className="brand">
            My app
          </Link>
          <nav>
            <Link href="/signup">Sign up</Link>
            <Link href="/upload">Upload</Link>
            <Link href="/approvals">Approvals</Link>
            <Link href="/outbox">Outbox</Link>
          </nav>
        </header>
        <main>{children}</main>
      </body>
    </html>
  );
}
