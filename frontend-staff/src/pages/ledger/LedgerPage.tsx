import { DownloadOutlined, PrinterOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Segmented } from "antd";
import { useTranslation } from "react-i18next";
import { apiQuery } from "@/api/client";
import { useCan, useMe } from "@/app/me";
import { many, one, useFilters, type Search } from "@/app/search";
import { DateRange } from "@/components/DateRange";
import { now } from "@/components/dates";
import { useDownload } from "@/components/download";
import { EmptyState } from "@/components/EmptyState";
import { FilterBar, FilterField } from "@/components/FilterBar";
import { Loaded } from "@/components/Loaded";
import { mattersQuery } from "@/components/matters";
import { MatterSelect } from "@/components/MatterSelect";
import { OrganisationSelect } from "@/components/OrganisationSelect";
import { PageHeader } from "@/components/PageHeader";
import { Select } from "@/components/Select";
import { treeQuery, unitLabels } from "@/components/tree";
import { LedgerTable, Meanings } from "@/pages/ledger/LedgerTable";

const DIMENSIONS = ["period", "matter", "organisation", "clerk"] as const;
const PERIODS = ["day", "week", "month"] as const;
type Dimension = (typeof DIMENSIONS)[number];
type Period = (typeof PERIODS)[number];

function ledgerQuery(search: Search) {
  const groups = many(search["group_by"]) as Dimension[];
  return {
    period: (one(search["period"]) ?? "day") as Period,
    group_by: groups.length > 0 ? groups : (["period", "matter"] as Dimension[]),
    date_from: one(search["date_from"]) ?? now().startOf("month").format("YYYY-MM-DD"),
    date_to: one(search["date_to"]) ?? now().format("YYYY-MM-DD"),
    scope: (one(search["scope"]) ?? "own") as "own" | "wide",
    matter: one(search["matter"]),
    organisation: one(search["organisation"]),
    clerk: one(search["clerk"]),
  };
}

/** Of what the figures are: what a printed ledger says of itself, for its filters are not printed. */
function useCoverage(query: ReturnType<typeof ledgerQuery>): string {
  const { t } = useTranslation("cases");
  const me = useMe();
  const can = useCan();
  const units = useQuery({ ...treeQuery, enabled: query.organisation !== undefined }).data?.items;
  const matters = useQuery({ ...mattersQuery, enabled: query.matter !== undefined }).data?.items;
  const place = units && unitLabels(units).get(query.organisation ?? "");
  const matter = matters?.find(({ code }) => code === query.matter)?.name;
  return [
    place ?? query.organisation ?? me.organisation.name,
    can("cases.query_wide") && t(`ledger.${query.scope}`),
    matter ?? query.matter,
    query.clerk,
    `${query.date_from} – ${query.date_to}`,
  ]
    .filter(Boolean)
    .join(" · ");
}

/** 办事台帐: registered cases by period and dimension, with subtotals and totals. */
export function LedgerPage() {
  const { t } = useTranslation("cases");
  const { t: c } = useTranslation();
  const { search } = useFilters();
  const query = ledgerQuery(search);
  const coverage = useCoverage(query);
  const ledger = useQuery(apiQuery("/api/v1/ledger", { query }));
  const { download, busy } = useDownload();
  return (
    <>
      <PageHeader
        title={t("ledger.title")}
        hint={coverage}
        actions={
          <>
            <Button icon={<PrinterOutlined />} onClick={() => window.print()}>
              {c("action.print")}
            </Button>
            <Button
              icon={<DownloadOutlined />}
              loading={busy}
              onClick={() => void download("/api/v1/ledger.xlsx", query, "ledger.xlsx")}
            >
              {c("action.exportXlsx")}
            </Button>
          </>
        }
      />
      <LedgerFilters query={query} />
      <Loaded query={ledger}>
        {(data) =>
          data.rows.length > 1 ? (
            <>
              <LedgerTable ledger={data} />
              <Meanings />
            </>
          ) : (
            <EmptyState title={t("ledger.none")} hint={t("ledger.noneHint")} />
          )
        }
      </Loaded>
    </>
  );
}

function LedgerFilters({ query }: { query: ReturnType<typeof ledgerQuery> }) {
  const { t } = useTranslation("cases");
  const { t: c } = useTranslation();
  const { set } = useFilters();
  const can = useCan();
  return (
    <FilterBar>
      <FilterField label={t("ledger.period")}>
        <Segmented<Period>
          aria-label={t("ledger.period")}
          value={query.period}
          onChange={(period) => set({ period })}
          options={PERIODS.map((value) => ({ value, label: t(`ledger.periods.${value}`) }))}
        />
      </FilterField>
      <FilterField label={t("ledger.dates")} wide>
        <DateRange
          label={t("ledger.dates")}
          from={query.date_from}
          to={query.date_to}
          onChange={(date_from, date_to) => set({ date_from, date_to })}
        />
      </FilterField>
      <FilterField label={t("ledger.groupBy")} wide>
        <Select
          mode="multiple"
          aria-label={t("ledger.groupBy")}
          style={{ width: "100%" }}
          value={query.group_by}
          onChange={(group_by: Dimension[]) => set({ group_by })}
          options={DIMENSIONS.map((value) => ({ value, label: t(`ledger.dim.${value}`) }))}
        />
      </FilterField>
      <FilterField label={t("col.matter")}>
        <MatterSelect
          ariaLabel={t("col.matter")}
          value={query.matter}
          onChange={(matter) => set({ matter })}
        />
      </FilterField>
      <FilterField label={t("ledger.dim.organisation")}>
        <OrganisationSelect
          ariaLabel={t("ledger.dim.organisation")}
          placeholder={c("all")}
          value={query.organisation}
          onChange={(organisation) => set({ organisation })}
          withInactive
        />
      </FilterField>
      {can("cases.query_wide") && (
        <FilterField label={t("ledger.scope")}>
          <Segmented<"own" | "wide">
            aria-label={t("ledger.scope")}
            value={query.scope}
            onChange={(scope) => set({ scope })}
            options={[
              { value: "own", label: t("ledger.own") },
              { value: "wide", label: t("ledger.wide") },
            ]}
          />
        </FilterField>
      )}
    </FilterBar>
  );
}
