// The frame of every page: navigation, what can be done from anywhere, and the login when it is needed.
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet } from "@tanstack/react-router";
import { useEffect, type ReactNode } from "react";
import { liveFeed } from "../api/live-feed.ts";
import { followServerTime } from "../api/clock.ts";
import { appsQuery, infoQuery } from "../api/queries.ts";
import { isLoginNeeded } from "../api/session.ts";
import { useStore } from "../api/store.ts";
import { Announcer } from "./announcer.tsx";
import { LiveMark } from "./live-mark.tsx";
import { LoginPage } from "./login-page.tsx";
import { SendEventProvider, useOpenSend } from "./send-event.tsx";
import { ServerFacts } from "./server-facts.tsx";
import { ThemeToggle } from "./theme-toggle.tsx";
import { Button } from "./ui/button.tsx";
import { Icon } from "./ui/icon.tsx";

/** The frame, with the page in it. */
export function Shell(): ReactNode {
  useEffect(() => liveFeed.start(), []);
  const info = useQuery(infoQuery());
  const virtualNow = info.data?.virtualNow ?? null;
  useEffect(() => followServerTime(virtualNow), [virtualNow]);
  const isLocked = useStore(isLoginNeeded) || info.data?.needsLogin === true;
  if (isLocked) return <LoginPage />;
  return (
    <SendEventProvider>
      <a
        href="#page"
        className="sr-only focus:not-sr-only focus:fixed focus:z-50 focus:m-2 focus:rounded focus:bg-surface focus:px-3 focus:py-2"
      >
        Skip to the page
      </a>
      <TopBar />
      <main id="page" tabIndex={-1} className="mx-auto max-w-[1400px] px-3 py-4 outline-none sm:px-5">
        <Outlet />
      </main>
      <ServerFacts />
      <Announcer />
    </SendEventProvider>
  );
}

const pages = [
  { to: "/runs", label: "Runs" },
  { to: "/events", label: "Events" },
  { to: "/functions", label: "Functions" },
  { to: "/apps", label: "Apps" },
] as const;

function TopBar(): ReactNode {
  const openSend = useOpenSend();
  return (
    <header className="sticky top-0 z-30 border-b border-line bg-surface">
      <div className="mx-auto flex max-w-[1400px] flex-wrap items-center gap-x-4 px-3 sm:px-5">
        <Link to="/runs" className="flex h-12 items-center gap-2 font-semibold">
          <Logo />
          Stepwright
        </Link>
        <nav aria-label="Pages" className="flex items-center gap-1 max-sm:order-last max-sm:-mt-1 max-sm:w-full">
          {pages.map(({ to, label }) => (
            <Link
              key={to}
              to={to}
              className="flex h-10 items-center gap-1.5 border-b-2 border-transparent px-2 font-medium text-muted hover:text-ink sm:h-12"
              activeProps={{ className: "border-fill! text-ink!", "aria-current": "page" }}
            >
              {label}
              {to === "/apps" ? <AppsMark /> : null}
            </Link>
          ))}
        </nav>
        <div className="ml-auto flex h-12 items-center gap-2">
          <LiveMark />
          <ThemeToggle />
          <Button look="primary" onClick={() => openSend({ kind: "event" })}>
            <Icon name="send" />
            Send event
          </Button>
        </div>
      </div>
    </header>
  );
}

/** Says on every page that an app could not be synced: nothing of it runs until that is mended. */
function AppsMark(): ReactNode {
  const apps = useQuery(appsQuery());
  const failed = apps.data?.filter((app) => app.status === "failed").length ?? 0;
  if (failed === 0) return null;
  return (
    <span className="rounded bg-bad-soft px-1.5 text-xs font-semibold text-bad" title={`${failed} not synced`}>
      {failed}
      <span className="sr-only"> not synced</span>
    </span>
  );
}

function Logo(): ReactNode {
  return (
    <svg viewBox="0 0 32 32" aria-hidden className="size-5">
      <rect width="32" height="32" rx="7" className="fill-fill" />
      <path
        d="M7 23h6v-6h6v-6h6"
        fill="none"
        stroke="#fff"
        strokeWidth="3.5"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
