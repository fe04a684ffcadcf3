import { DownloadOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Dropdown } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { apiQuery } from "@/api/client";
import { many, one, useFilters } from "@/app/search";
import { useDownload } from "@/components/download";
import { EmptyState } from "@/components/EmptyState";
import { KeysetTable } from "@/components/KeysetTable";
import { PageHeader } from "@/components/PageHeader";
import { COLUMN_KEYS, sheetColumns, useCaseColumns, USUAL_COLUMNS, type ColumnKey } from "@/pages/cases/columns";
import { CaseFilters } from "@/pages/cases/CaseFilters";
import { caseFilters } from "@/pages/cases/filters";

/** 个人查询: everything within one's own rights. */
export function PersonalPage() {
  const { t } = useTranslation("cases");
  return <QueryPage scope="own" title={t("list.personalTitle")} hint={t("list.personalHint")} />;
}

/** 综合查询: everything below the body at which the permission is held. */
export function ComprehensivePage() {
  const { t } = useTranslation("cases");
  return <QueryPage scope="wide" title={t("list.wideTitle")} hint={t("list.wideHint")} />;
}

function QueryPage({ scope, title, hint }: { scope: "own" | "wide"; title: string; hint: string }) {
  const { t } = useTranslation("cases");
  const { search, set } = useFilters();
  const filters = useMemo(() => ({ ...caseFilters(search), scope }), [search, scope]);
  const cursor = one(search["cursor"]);
  const named = new Set(many(search["columns"]));
  const known = COLUMN_KEYS.filter((key) => named.has(key));
  const chosen = known.length > 0 ? known : USUAL_COLUMNS;
  const columns = useCaseColumns(chosen);
  const { download, busy } = useDownload();
  return (
    <>
      <PageHeader
        title={title}
        hint={hint}
        actions={
          <>
            <ColumnChoice
              chosen={chosen}
              onChange={(next) => set({ columns: next, cursor })}
            />
            <Button
              icon={<DownloadOutlined />}
              loading={busy}
              title={t("list.exported")}
              onClick={() =>
                void download(
                  "/api/v1/cases.xlsx",
                  { ...filters, columns: sheetColumns(chosen) },
                  "cases.xlsx",
                )
              }
            >
              {t("action.exportXlsx", { ns: "common" })}
            </Button>
          </>
        }
      />
      <CaseFilters />
      <Count filters={filters} />
      <KeysetTable
        label={t("list.label")}
        query={apiQuery("/api/v1/cases", { query: { ...filters, cursor } })}
        columns={columns}
        rowKey={(row) => row.id}
        empty={<EmptyState title={t("list.none")} hint={t("list.noneHint")} />}
      />
    </>
  );
}

function Count({ filters }: { filters: ReturnType<typeof caseFilters> }) {
  const { t } = useTranslation("cases");
  const { data } = useQuery(apiQuery("/api/v1/cases/count", { query: filters }));
  return (
    <p role="status" className="muted" style={{ margin: "4px 0 8px", minHeight: 22 }}>
      {data && t(data.more ? "list.countedMore" : "list.counted", { count: data.count })}
    </p>
  );
}

interface ChoiceProps {
  chosen: ColumnKey[];
  onChange: (keys: ColumnKey[]) => void;
}

function ColumnChoice({ chosen, onChange }: ChoiceProps) {
  const { t } = useTranslation("cases");
  return (
    <Dropdown
      trigger={["click"]}
      getPopupContainer={(button) => button.parentElement ?? document.body}
      menu={{
        multiple: true,
        selectable: true,
        selectedKeys: chosen,
        items: COLUMN_KEYS.map((key) => ({ key, label: t(`col.${key}`) })),
        onSelect: ({ selectedKeys }) =>
          onChange(COLUMN_KEYS.filter((key) => selectedKeys.includes(key))),
        onDeselect: ({ selectedKeys }) =>
          onChange(COLUMN_KEYS.filter((key) => selectedKeys.includes(key))),
      }}
    >
      <Button aria-haspopup="menu">{t("columns", { ns: "common" })}</Button>
    </Dropdown>
  );
}
