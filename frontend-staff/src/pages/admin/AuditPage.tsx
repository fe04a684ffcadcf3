import { Button, type TableColumnType } from "antd";
import { useTranslation } from "react-i18next";
import { apiQuery } from "@/api/client";
import type { components } from "@/api/schema";
import { one, useFilters } from "@/app/search";
import { DateRange } from "@/components/DateRange";
import { beginOf, formatSecond } from "@/components/dates";
import { EmptyState } from "@/components/EmptyState";
import { FilterBar, FilterField, SearchField } from "@/components/FilterBar";
import { KeysetTable } from "@/components/KeysetTable";
import { PageHeader } from "@/components/PageHeader";
import { Select } from "@/components/Select";
import { AUDIT_ACTIONS, useActionName } from "@/pages/admin/auditActions";
import { useAuditDetails, useAuditReason, useAuditSubject } from "@/pages/admin/auditDetails";

type Line = components["schemas"]["AuditLine"];

const TEXTS = ["username", "subject"] as const;

/** The trail, latest first. */
export function AuditPage() {
  const { t } = useTranslation("admin");
  const { t: c } = useTranslation();
  const { search, set, clear } = useFilters();
  const columns = useColumns();
  const actionName = useActionName();
  const from = one(search["from"]);
  const to = one(search["to"]);
  return (
    <>
      <PageHeader title={t("audit.title")} hint={t("audit.hint")} />
      <FilterBar>
        {TEXTS.map((name) => (
          <SearchField key={name} name={name} label={t(`audit.${name}`)} />
        ))}
        <FilterField label={t("audit.action")}>
          <Select
            aria-label={t("audit.action")}
            allowClear
            showSearch={{ optionFilterProp: "label" }}
            placeholder={c("all")}
            style={{ width: "100%" }}
            value={one(search["action"])}
            onChange={(value: string | undefined) => set({ action: value })}
            options={AUDIT_ACTIONS.map((value) => ({ value, label: actionName(value) }))}
          />
        </FilterField>
        <FilterField label={t("audit.span")} wide>
          <DateRange
            label={t("audit.span")}
            from={from}
            to={to}
            onChange={(first, last) => set({ from: first, to: last })}
          />
        </FilterField>
        <Button onClick={clear} className="filter-buttons">
          {c("action.reset")}
        </Button>
      </FilterBar>
      <KeysetTable
        label={t("audit.label")}
        query={apiQuery("/api/v1/audit", {
          query: {
            username: one(search["username"]),
            action: one(search["action"]),
            subject: one(search["subject"]),
            since: from && beginOf(from),
            before: to && beginOf(to, 1),
            cursor: one(search["cursor"]),
          },
        })}
        columns={columns}
        rowKey={(line) => String(line.id)}
        empty={<EmptyState title={t("audit.none")} hint={t("audit.noneHint")} />}
      />
    </>
  );
}

function useColumns(): TableColumnType<Line>[] {
  const { t } = useTranslation("admin");
  const actionName = useActionName();
  const detailsOf = useAuditDetails();
  const subjectOf = useAuditSubject();
  const reasonOf = useAuditReason();
  return [
    {
      title: t("audit.at"),
      className: "wrap-narrow",
      render: (_, line) => formatSecond(line.at),
    },
    {
      title: t("audit.username"),
      className: "wrap-narrow",
      render: (_, line) => <span className="mono">{line.username}</span>,
    },
    { title: t("audit.action"), render: (_, line) => <span title={line.action}>{actionName(line.action)}</span> },
    { title: t("audit.subject"), className: "wrap-narrow", render: (_, line) => <span title={line.subject}>{subjectOf(line.subject)}</span> },
    { title: t("audit.reason"), className: "wrap-narrow", render: (_, line) => reasonOf(line.reason) },
    {
      title: t("audit.details"),
      className: "wrap",
      render: (_, line) => {
        const told = detailsOf(line.details);
        return told.length === 0 ? "—" : told.map((one) => <div key={one}>{one}</div>);
      },
    },
    {
      title: t("audit.source"),
      render: (_, line) => (
        <span className="mono">
          {line.ip || "—"}
          <div className="muted clipped" title={line.request_id}>
            {line.request_id}
          </div>
        </span>
      ),
    },
  ];
}
