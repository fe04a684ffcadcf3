import { PlusOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Tag } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { apiQuery } from "@/api/client";
import type { components } from "@/api/schema";
import { useReach } from "@/app/reach";
import { one, useFilters } from "@/app/search";
import { DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { FilterBar, FilterField, SearchField } from "@/components/FilterBar";
import { Loaded } from "@/components/Loaded";
import { treeQuery } from "@/components/tree";
import { PageHeader } from "@/components/PageHeader";
import { usePages } from "@/components/pages";
import { useProblemMessage } from "@/components/problems";
import { Select } from "@/components/Select";
import { NewUnitDialog } from "@/pages/admin/NewUnitDialog";
import { UnitDialog, type UnitView } from "@/pages/admin/UnitDialog";

type Unit = components["schemas"]["OrganisationRow"];

const KINDS = ["district", "street", "community", "bureau", "section", "hall", "window"] as const;

/** The tree as a flat list, searched and filtered here: it is loaded whole. */
export function OrganisationsPage() {
  const { t } = useTranslation("admin");
  const tree = useQuery(treeQuery);
  const within = useReach("organisations.edit");
  const { set } = useFilters();
  const [adding, setAdding] = useState(false);
  return (
    <>
      <PageHeader
        title={t("organisations.title")}
        hint={t("organisations.hint")}
        actions={
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setAdding(true)}>
            {t("organisations.add")}
          </Button>
        }
      />
      <Loaded query={tree}>{({ items }) => <Units units={items} within={within} />}</Loaded>
      {adding && (
        <NewUnitDialog
          within={within}
          onAdded={(q) => set({ q, kind: undefined })}
          onClose={() => setAdding(false)}
        />
      )}
    </>
  );
}

function Units({ units, within }: { units: Unit[]; within: (code: string) => boolean }) {
  const { t } = useTranslation("admin");
  const { t: c } = useTranslation();
  const { search, set, clear } = useFilters();
  const pages = usePages();
  const queries = useQueryClient();
  const report = useProblemMessage();
  const [edited, setEdited] = useState<UnitView | null>(null);
  const q = (one(search["q"]) ?? "").toUpperCase();
  const kind = one(search["kind"]);
  const off = new Set(units.filter((unit) => !unit.active).map((unit) => unit.code));
  const names = useMemo(() => new Map(units.map((unit) => [unit.code, unit.name])), [units]);
  const found = units.filter(
    (unit) =>
      (!kind || unit.kind === kind) &&
      (unit.name.includes(q) || unit.full_name.includes(q) || unit.code.includes(q)),
  );

  /** The list knows no addresses; they are read when somebody means to edit them. */
  async function edit({ code }: Unit) {
    try {
      const found = apiQuery("/api/v1/organisations/{code}", { path: { code } });
      setEdited(await queries.fetchQuery(found));
    } catch (error) {
      report(error);
    }
  }

  return (
    <>
      <FilterBar>
        <SearchField label={t("organisations.q")} wide />
        <FilterField label={t("organisations.kind")}>
          <Select
            aria-label={t("organisations.kind")}
            allowClear
            placeholder={c("all")}
            style={{ width: "100%" }}
            value={kind}
            onChange={(value: string | undefined) => set({ kind: value })}
            options={KINDS.map((value) => ({ value, label: c(`kind.${value}`) }))}
          />
        </FilterField>
        <Button onClick={clear} className="filter-buttons">
          {c("action.reset")}
        </Button>
      </FilterBar>
      {found.length === 0 ? (
        <EmptyState title={t("organisations.none")} hint={t("organisations.noneHint")} />
      ) : (
        <DataTable<Unit>
          label={t("organisations.label")}
          dataSource={found}
          rowKey="code"
          pagination={pages}
          columns={[
            {
              title: t("organisations.code"),
              render: (_, unit) => <span className="mono">{unit.code}</span>,
            },
            { title: t("organisations.name"), dataIndex: "name" },
            { title: t("organisations.kind"), render: (_, unit) => c(`kind.${unit.kind}`) },
            {
              title: t("organisations.parent"),
              render: (_, unit) => names.get(unit.parent_code ?? "") ?? "—",
            },
            { title: t("organisations.fullName"), dataIndex: "full_name" },
            {
              title: t("organisations.state"),
              render: (_, unit) => (
                <Tag color={unit.active ? "green" : "default"}>
                  {unit.active ? t("organisations.active") : t("organisations.inactive")}
                </Tag>
              ),
            },
            {
              title: c("action.edit"),
              render: (_, unit) =>
                within(unit.code) && (
                  <Button
                    size="small"
                    aria-label={`${c("action.edit")} ${unit.name}`}
                    onClick={() => void edit(unit)}
                  >
                    {c("action.edit")}
                  </Button>
                ),
            },
          ]}
        />
      )}
      {edited && (
        <UnitDialog
          unit={edited}
          keepsAbove={within(edited.parent_code ?? edited.code)}
          aboveOff={off.has(edited.parent_code ?? "")}
          onClose={() => setEdited(null)}
        />
      )}
    </>
  );
}
