import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { Alert } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { apiQuery } from "@/api/client";
import type { components } from "@/api/schema";
import { CaseNumber } from "@/components/CaseNumber";
import { formatDate } from "@/components/dates";
import { DueBadge } from "@/components/DueBadge";
import { Loaded } from "@/components/Loaded";
import { PageHeader } from "@/components/PageHeader";
import { StatusTag } from "@/components/StatusTag";
import { Evaluation } from "@/devices/Evaluation";
import { ActionPanel } from "@/pages/case/ActionPanel";
import { CaseFacts } from "@/pages/case/CaseFacts";
import { Ended, hasEnded } from "@/pages/case/Ended";
import { FormPanel } from "@/pages/case/FormPanel";
import { MaterialsPanel } from "@/pages/case/MaterialsPanel";
import { Papers } from "@/pages/case/Papers";
import { PersonPanel } from "@/pages/case/PersonPanel";
import { usePlaces } from "@/pages/case/places";
import { RoutePanel } from "@/pages/case/RoutePanel";
import { Timeline } from "@/pages/case/Timeline";
import "./case.css";

export type Case = components["schemas"]["CaseOut"];

/** One case: what it says, where it stands, what I may do with it. */
export function CasePage() {
  const { number } = useParams({ strict: false }) as { number: string };
  const query = useQuery(apiQuery("/api/v1/cases/{number}", { path: { number } }));
  return <Loaded query={query}>{(data) => <CaseFile key={number} data={data} number={number} />}</Loaded>;
}

function CaseFile({ data, number }: { data: Case; number: string }) {
  const [concludedHere, setConcludedHere] = useState(false);
  return (
    <>
      <PageHeader
        title={data.matter_name}
        extra={<StatusTag row={data} />}
        hint={
          <span className="row">
            <CaseNumber number={data.number} id={data.id} link={false} />
            {hasEnded(data.status) ? <Ended data={data} number={number} /> : <Clocks data={data} />}
          </span>
        }
        actions={<Papers data={data} number={number} />}
      />
      {isDone(data.status) && (
        <Evaluation
          key={String(concludedHere)}
          number={number}
          atOnce={data.case_kind === "immediate" && concludedHere}
        />
      )}
      {data.findings.length > 0 && <Findings data={data} />}
      <div className="case-grid">
        <div className="case-actions">
          <ActionPanel data={data} number={number} onConcluded={() => setConcludedHere(true)} />
        </div>
        <div className="case-main stack">
          <RoutePanel path={data.path} tasks={data.tasks} />
          <PersonPanel data={data} number={number} />
          <FormPanel data={data} />
          <MaterialsPanel data={data} number={number} />
        </div>
        <div className="case-side stack">
          <CaseFacts data={data} number={number} />
          <Timeline data={data} number={number} />
        </div>
      </div>
    </>
  );
}

/** Until when it has to be done. */
function Clocks({ data }: { data: Case }) {
  const { t } = useTranslation("cases");
  return (
    <>
      <DueBadge due={data.due} />
      {data.due.provisional && <span className="late">{t("case.provisional")}</span>}
      {data.acceptance_due_on && (
        <span>{t("case.acceptanceDue", { date: formatDate(data.acceptance_due_on) })}</span>
      )}
    </>
  );
}

/** The applicant has what they came for, and can say how it was. */
function isDone(status: Case["status"]): boolean {
  return status === "concluded" || status === "issued";
}

function Findings({ data }: { data: Case }) {
  const { t } = useTranslation("cases");
  const { t: c } = useTranslation();
  const places = usePlaces(data);
  return (
    <Alert
      type="warning"
      showIcon
      style={{ marginBottom: 16 }}
      title={t("case.findings")}
      description={
        <ol style={{ margin: 0, paddingInlineStart: 20 }}>
          {data.findings.map((finding) => (
            <li key={`${finding.pointer} ${finding.message}`}>
              {places.has(finding.pointer) && (
                <strong>
                  {places.get(finding.pointer)}
                  {c("colon")}
                </strong>
              )}
              {finding.message}
            </li>
          ))}
        </ol>
      }
    />
  );
}
