// The foot of every page: which server this is and how much it has to do.
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { logout } from "../api/commands.ts";
import { infoQuery } from "../api/queries.ts";
import { isLoginNeeded } from "../api/session.ts";
import { SetAside } from "./set-aside.tsx";
import { Absolute, Ago } from "./ui/time.tsx";

/** Facts about the server. */
export function ServerFacts(): ReactNode {
  const { data: info } = useQuery(infoQuery());
  const leave = useMutation({ mutationFn: logout, onSuccess: () => isLoginNeeded.set(true) });
  if (info === undefined) return null;
  const { due, future, setAside } = info.queue;
  return (
    <footer className="mx-auto flex max-w-[1400px] flex-wrap gap-x-4 gap-y-1 border-t border-line px-3 py-3 text-xs text-muted sm:px-5">
      <span>
        Stepwright {info.version}, {info.mode === "dev" ? "development" : "production"}
      </span>
      <span>
        up since <Ago at={info.startedAt} />
      </span>
      {info.virtualNow === null ? null : (
        <span>
          virtual clock at <Absolute at={info.virtualNow} />
        </span>
      )}
      <span>{info.dataDir === null ? "data in memory only" : `data in ${info.dataDir}`}</span>
      <span>
        queue: {due} due, {future} later
      </span>
      {setAside === 0 ? null : <SetAside count={setAside} />}
      <Link to="/open" className="ml-auto hover:text-ink hover:underline">
        Open a saved run
      </Link>
      {info.mode === "dev" ? null : (
        <button type="button" className="hover:text-ink hover:underline" onClick={() => leave.mutate()}>
          Log out
        </button>
      )}
    </footer>
  );
}
