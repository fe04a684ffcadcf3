import { Link } from "@tanstack/react-router";
import { Checkbox, Segmented, Tag, type TableColumnType } from "antd";
import { useTranslation } from "react-i18next";
import { FireOutlined } from "@ant-design/icons";
import { apiQuery } from "@/api/client";
import type { components } from "@/api/schema";
import { one, useFilters } from "@/app/search";
import { formatDate } from "@/components/dates";
import { EmptyState } from "@/components/EmptyState";
import { KeysetTable } from "@/components/KeysetTable";
import { PageHeader } from "@/components/PageHeader";
import { useWords } from "@/components/words";

type Row = components["schemas"]["HandoverRow"];

/** Papers carried to bureaus, and what is overdue there. */
export function HandoversPage() {
  const { t } = useTranslation("cases");
  const { search, set } = useFilters();
  const out = one(search["out"]) !== "false";
  const overdue = one(search["overdue"]) === "true";
  const columns = useColumns();
  return (
    <>
      <PageHeader title={t("handovers.title")} hint={t("handovers.hint")} />
      <div className="row toolbar">
        <Segmented
          aria-label={t("handovers.title")}
          value={out ? "out" : "all"}
          onChange={(value) => set({ out: value === "all" ? "false" : undefined })}
          options={[
            { value: "out", label: t("handovers.out") },
            { value: "all", label: t("handovers.all") },
          ]}
        />
        <Checkbox
          checked={overdue}
          onChange={(event) => set({ overdue: event.target.checked ? "true" : undefined })}
        >
          {t("handovers.overdueOnly")}
        </Checkbox>
      </div>
      <KeysetTable
        label={t("handovers.label")}
        query={apiQuery("/api/v1/handovers", {
          query: { out, overdue, cursor: one(search["cursor"]) },
        })}
        columns={columns}
        rowKey={(row) => `${row.case_number} ${row.handed_over_on}`}
        empty={<EmptyState title={t("handovers.none")} hint={t("handovers.noneHint")} />}
      />
    </>
  );
}

function useColumns(): TableColumnType<Row>[] {
  const { t } = useTranslation("cases");
  const words = useWords();
  return [
    {
      title: t("col.number"),
      render: (_, row) => (
        <Link className="mono" to="/cases/$number" params={{ number: row.case_number }}>
          {row.case_number}
        </Link>
      ),
    },
    { title: t("col.matter"), render: (_, row) => row.matter_name },
    { title: t("col.applicant"), render: (_, row) => row.applicant_name },
    { title: t("handovers.bureau"), render: (_, row) => row.bureau.name },
    { title: t("handovers.runner"), render: (_, row) => row.runner.name },
    { title: t("handovers.handedOver"), render: (_, row) => formatDate(row.handed_over_on) },
    { title: t("handovers.receivedBy"), render: (_, row) => row.received_by || "—" },
    {
      title: t("handovers.dueOn"),
      render: (_, row) => (
        <>
          {formatDate(row.due_on)}{" "}
          {row.overdue_days > 0 && (
            <Tag color="red" icon={<FireOutlined />}>
              {t("handovers.overdueCount", { count: row.overdue_days })}
            </Tag>
          )}
        </>
      ),
    },
    { title: t("handovers.returned"), render: (_, row) => formatDate(row.returned_on) },
    {
      title: t("handovers.decision"),
      render: (_, row) => [words("decision", row.decision), row.document_number].filter(Boolean).join(" "),
    },
  ];
}
