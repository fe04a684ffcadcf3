import { PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button, Tag, type TableColumnType } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { components } from "@/api/schema";
import { useCan } from "@/app/me";
import { one, useFilters, type Search } from "@/app/search";
import { DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { FilterBar, FilterField, SearchField } from "@/components/FilterBar";
import { Loaded } from "@/components/Loaded";
import { mattersQuery } from "@/components/matters";
import { PageHeader } from "@/components/PageHeader";
import { usePages } from "@/components/pages";
import { Select } from "@/components/Select";
import { useWords } from "@/components/words";
import { NewMatterDialog } from "@/pages/matters/NewMatterDialog";
import { useMatterWords } from "@/pages/matters/words";

type Row = components["schemas"]["MatterRow"];

const FILTERS = ["category", "level", "handling", "cross_handling_scope", "status"] as const;
type Filter = (typeof FILTERS)[number];

function fits(row: Row, search: Search): boolean {
  const q = (one(search["q"]) ?? "").toLowerCase();
  const found = row.name.toLowerCase().includes(q) || row.code.toLowerCase().includes(q);
  return found && FILTERS.every((name) => !one(search[name]) || row[name] === one(search[name]));
}

/** The whole catalogue, searched and filtered in the page: it comes in one answer. */
export function MattersPage() {
  const { t } = useTranslation("matters");
  const can = useCan();
  const [making, setMaking] = useState(false);
  const matters = useQuery(mattersQuery);
  return (
    <>
      <PageHeader
        title={t("title")}
        hint={t("hint")}
        actions={
          can("catalogue.edit") && (
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setMaking(true)}>
              {t("new")}
            </Button>
          )
        }
      />
      {making && <NewMatterDialog onClose={() => setMaking(false)} />}
      <Loaded query={matters}>{({ items }) => <Catalogue rows={items} />}</Loaded>
    </>
  );
}

function Catalogue({ rows }: { rows: Row[] }) {
  const { t } = useTranslation("matters");
  const { search } = useFilters();
  const columns = useColumns();
  const pages = usePages();
  const found = rows.filter((row) => fits(row, search));
  return (
    <>
      <Filters rows={rows} />
      <p role="status" className="muted" style={{ margin: "4px 0 8px" }}>
        {t("counted", { count: found.length })}
      </p>
      {found.length === 0 ? (
        <EmptyState title={t("none")} hint={t("noneHint")} />
      ) : (
        <DataTable<Row>
          label={t("label")}
          dataSource={found}
          rowKey="code"
          columns={columns}
          pagination={pages}
        />
      )}
    </>
  );
}

function Filters({ rows }: { rows: Row[] }) {
  const { t } = useTranslation("matters");
  const { t: c } = useTranslation();
  const { search, set, clear } = useFilters();
  const { word } = useMatterWords();
  const labels: Record<Filter, string> = {
    category: t("category"),
    level: t("level"),
    handling: t("handling"),
    cross_handling_scope: t("scope"),
    status: t("status"),
  };
  return (
    <FilterBar>
      <SearchField label={t("q")} wide />
      {FILTERS.map((name) => (
        <FilterField key={name} label={labels[name]}>
          <Select
            aria-label={labels[name]}
            allowClear
            placeholder={c("all")}
            style={{ width: "100%" }}
            value={one(search[name])}
            onChange={(value: string | undefined) => set({ [name]: value })}
            options={[...new Set(rows.map((row) => row[name]))].map((value) => ({
              value,
              label: word(name, value),
            }))}
          />
        </FilterField>
      ))}
      <Button onClick={clear} className="filter-buttons">
        {c("action.reset")}
      </Button>
    </FilterBar>
  );
}

function useColumns(): TableColumnType<Row>[] {
  const { t } = useTranslation("matters");
  const words = useWords();
  const { word, days } = useMatterWords();
  return [
    { title: t("code"), render: (_, row) => <span className="mono">{row.code}</span> },
    {
      title: t("name"),
      className: "wrap",
      render: (_, row) => (
        <Link to="/matters/$code" params={{ code: row.code }}>
          {row.name}
        </Link>
      ),
    },
    { title: t("category"), className: "wrap-narrow", dataIndex: "category" },
    { title: t("level"), render: (_, row) => word("level", row.level) },
    { title: t("handling"), render: (_, row) => words("handling", row.handling) },
    { title: t("caseKind"), render: (_, row) => words("caseKind", row.case_kind) },
    { title: t("promisedDays"), render: (_, row) => days(row.promised_days) },
    {
      title: t("scope"),
      render: (_, row) => word("cross_handling_scope", row.cross_handling_scope),
    },
    {
      title: t("status"),
      render: (_, row) => (
        <>
          <Tag color={row.status === "active" ? "green" : "default"}>{word("status", row.status)}</Tag>
          {row.has_draft && <Tag color="gold">{t("hasDraft")}</Tag>}
        </>
      ),
    },
    {
      title: t("version"),
      render: (_, row) => (row.version ? t("versionNumber", { number: row.version }) : "—"),
    },
  ];
}
