import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { apiQuery } from "@/api/client";
import type { components } from "@/api/schema";
import { formatDate } from "@/components/dates";

type Case = components["schemas"]["CaseOut"];
type Status = Case["status"];

const ENDS: readonly Status[] = ["concluded", "not_accepted", "withdrawn", "terminated"];

/** No clock runs any more. */
export function hasEnded(status: Status): boolean {
  return [...ENDS, "issued", "archived"].includes(status);
}

/** When it ended and how; of a decision also whether it was in time. */
export function Ended({ data, number }: { data: Case; number: string }) {
  const { t } = useTranslation("cases");
  // The same history that the page shows below.
  const events = useQuery(apiQuery("/api/v1/cases/{number}/events", { path: { number } }));
  const end = events.data?.items.findLast(
    ({ from_status, to_status }) => from_status !== to_status && ENDS.includes(to_status),
  );
  if (!end) return null;
  const day = formatDate(end.at);
  const ended = t("case.ended", { date: day, status: t(`status.${end.to_status}`) });
  if (end.to_status !== "concluded" || data.due.due_on === null) return <span>{ended}</span>;
  const late = day > data.due.due_on;
  const due = formatDate(data.due.due_on);
  return (
    <span>
      {ended}
      {" · "}
      <span className={late ? "late" : undefined}>
        {t(late ? "case.endedLate" : "case.endedInTime", { date: due })}
      </span>
    </span>
  );
}
