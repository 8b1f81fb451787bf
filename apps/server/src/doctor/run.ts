// Does what `stepwright doctor` asks for on a running server: finds out what the target is, and looks at it.
import { isUlid } from "@stepwright/protocol";
import { looksLikeUrl } from "../apps/find.ts";
import { exitCodes } from "../remote/exit-codes.ts";
import { openClient, printed, type RemoteOutcome } from "../remote/open-client.ts";
import type { Terminal } from "../remote/terminal.ts";
import { examineApp } from "./examine-app.ts";
import { examineNamed, examineRunOrEvent } from "./examine-run.ts";
import { examineServer } from "./examine-server.ts";
import { diagnosisText } from "./finding.ts";
import type { DoctorRequest } from "./request.ts";

const exit = { clean: 0, findings: 1, unchecked: 2 } as const;

/** Does it. */
export async function runDoctor(request: DoctorRequest, terminal: Terminal): Promise<RemoteOutcome> {
  const opened = openClient(request, terminal.env);
  if (opened.kind === "failed") return { ...opened, exitCode: exit.unchecked };
  const { target } = request;
  const asked = { ...opened, terminal };
  const found =
    target === null
      ? await examineServer(asked)
      : isUlid(target)
        ? await examineRunOrEvent(asked, target)
        : looksLikeUrl(target)
          ? await examineApp(asked, target)
          : await examineNamed(asked, target);
  // What was not waited for is not silent.
  if (terminal.signal.aborted) return { kind: "done", text: "", exitCode: exitCodes.interrupted };
  if ("kind" in found) return { kind: "failed", message: found.message, exitCode: exit.unchecked };
  const { findings, well } = found;
  return {
    ...printed({ value: { target, findings }, text: diagnosisText({ findings, well }) }, request),
    exitCode: findings.length === 0 ? exit.clean : exit.findings,
  };
}
