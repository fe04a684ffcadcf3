import { LoadingOutlined, SmileOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { apiQuery } from "@/api/client";
import { idempotencyKey } from "@/api/idempotencyKey";
import { ApiProblem } from "@/api/problem";
import { askDevices } from "@/devices/commands";
import { canEvaluate, isMissing, useWindows } from "@/devices/window";
import { useFaultWords } from "@/devices/words";
import "@/devices/devices.css";

interface Props {
  number: string;
  /** Asks by itself, once; otherwise at the button. */
  atOnce: boolean;
}

type Outcome = { stage: "finished" | "skipped" } | { stage: "failed"; fault: unknown };

/** Asks the applicant to rate, on the device before them. The clerk learns whether, never what. */
export function Evaluation({ number, atOnce }: Props) {
  const { t } = useTranslation("devices");
  const words = useFaultWords();
  const window = useEvaluatingWindow();
  const [asked, setAsked] = useState(atOnce);
  const [key, setKey] = useState(() => idempotencyKey());
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const missing = useMissing();
  const asking = window !== undefined && asked && outcome === null;
  const earlier = useQuery({
    ...apiQuery("/api/v1/cases/{number}/evaluation", { path: { number } }),
    enabled: (window !== undefined || missing) && !asked,
  });

  useEffect(() => {
    if (!asking || window === undefined) return;
    // Whoever moves on to the next case calls nothing off: the applicant may still be choosing.
    const { signal } = new AbortController();
    let left = false;
    const body = { kind: "evaluate" as const, parameters: { case_number: number } };
    void askDevices(window, body, signal, { key }).then(
      ({ finished }) => {
        if (!left) setOutcome({ stage: finished ? "finished" : "skipped" });
      },
      (fault: unknown) => {
        if (left) return;
        const answered = fault instanceof ApiProblem && fault.code === "already_evaluated";
        setOutcome(answered ? { stage: "finished" } : { stage: "failed", fault });
      },
    );
    return () => {
      left = true;
    };
  }, [asking, window, number, key]);

  if (!asked && earlier.isLoading) return null;
  if (window === undefined && !missing) return null;
  const before = missing ? "missing" : "idle";
  const stage = outcome?.stage ?? (earlier.data?.answered ? "finished" : before);
  const says = {
    idle: t("evaluation.title"),
    missing: t("evaluation.missing"),
    asking: t("evaluation.asking"),
    finished: t("evaluation.finished"),
    skipped: t("evaluation.skipped"),
    failed: t("evaluation.failed", {
      reason: outcome?.stage === "failed" ? words.of(outcome.fault) : "",
    }),
  }[asking ? "asking" : stage];

  function ask() {
    setOutcome(null);
    setAsked(true);
    setKey(idempotencyKey());
  }

  return (
    <section className="card-strip" aria-label={t("evaluation.title")}>
      {asking ? <LoadingOutlined aria-hidden /> : <SmileOutlined aria-hidden />}
      <span role="status">{says}</span>
      {!asking && stage !== "missing" && stage !== "finished" && (
        <Button size="small" onClick={ask}>
          {t("evaluation.ask")}
        </Button>
      )}
    </section>
  );
}

/** Whether my window has an evaluator, and residents can answer neither on it nor elsewhere. */
function useMissing(): boolean {
  const { mine } = useWindows();
  return isMissing(mine, "evaluator") && !canEvaluate(mine);
}

/** My window if residents can answer there: a device that drops out meanwhile calls nothing off. */
function useEvaluatingWindow(): string | undefined {
  const { mine } = useWindows();
  const [able, setAble] = useState<string | undefined>();
  const now = canEvaluate(mine) ? mine?.code : undefined;
  if (now !== undefined && now !== able) setAble(now);
  return mine?.code === able ? able : undefined;
}
