import { DownOutlined, UpOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { many, one, useFilters } from "@/app/search";
import { DateRange } from "@/components/DateRange";
import { FilterBar, FilterField, SearchField } from "@/components/FilterBar";
import { MatterSelect } from "@/components/MatterSelect";
import { OrganisationSelect } from "@/components/OrganisationSelect";
import { Select } from "@/components/Select";

const STATUSES = [
  "draft",
  "submitted",
  "pre_review_passed",
  "received",
  "accepted",
  "not_accepted",
  "in_process",
  "concluded",
  "issued",
  "archived",
  "withdrawn",
  "terminated",
] as const;
const FLAGS = [
  "returned",
  "suspended",
  "correction_pending",
  "promise_open",
  "promise_missed",
  "extension_pending",
  "deemed_accepted",
] as const;

const RARE = [
  "open",
  "flag",
  "outcome",
  "channel",
  "handling",
  "case_kind",
  "cross_handling",
  "linkage",
  "accepting",
  "home",
  "organisation",
  "date_from",
  "date_to",
];

interface Choice {
  value: string;
  label: string;
}

/**
 * Filters of a list of cases; each stands in the address. The rarer ones fold away, unless one of
 * them narrows the list: nobody is to wonder what is missing.
 */
export function CaseFilters() {
  const { t } = useTranslation("cases");
  const { t: c } = useTranslation();
  const { search, set, clear } = useFilters();
  const [asked, setAsked] = useState<boolean>();
  const wide = asked ?? RARE.some((name) => search[name] !== undefined);
  const rest = useChoices();

  function choice(name: string, label: string, options: Choice[]): ReactNode {
    return (
      <FilterField key={name} label={label}>
        <Select
          aria-label={label}
          allowClear
          placeholder={c("all")}
          style={{ width: "100%" }}
          value={one(search[name])}
          onChange={(value: string | undefined) => set({ [name]: value })}
          options={options}
        />
      </FilterField>
    );
  }

  return (
    <FilterBar>
      <SearchField label={t("list.q")} wide placeholder={t("list.qHint")} />
      <FilterField label={t("col.matter")}>
        <MatterSelect
          ariaLabel={t("col.matter")}
          value={one(search["matter"])}
          onChange={(matter) => set({ matter })}
        />
      </FilterField>
      <FilterField label={t("col.status")}>
        <Select
          aria-label={t("col.status")}
          mode="multiple"
          allowClear
          maxTagCount="responsive"
          placeholder={c("all")}
          style={{ width: "100%" }}
          value={many(search["status"])}
          onChange={(status: string[]) => set({ status })}
          options={STATUSES.map((value) => ({ value, label: t(`status.${value}`) }))}
        />
      </FilterField>
      {choice("due", t("list.due"), rest.due)}
      {wide && (
        <>
          {choice("open", t("list.open"), rest.open)}
          {choice("flag", t("list.flag"), FLAGS.map((value) => ({ value, label: t(`flag.${value}`) })))}
          {choice("outcome", t("list.outcome"), rest.outcome)}
          {choice("channel", t("col.channel"), rest.channel)}
          {choice("handling", t("col.handling"), rest.handling)}
          {choice("case_kind", t("col.case_kind"), rest.caseKind)}
          {choice("cross_handling", t("col.cross_handling"), rest.cross)}
          {choice("linkage", t("col.linkage"), rest.linkage)}
          {(["accepting", "home", "organisation"] as const).map((name) => {
            const label = name === "organisation" ? t("list.organisation") : t(`col.${name}`);
            return (
              <FilterField key={name} label={label}>
                <OrganisationSelect
                  withInactive
                  ariaLabel={label}
                  placeholder={c("all")}
                  value={one(search[name])}
                  onChange={(code) => set({ [name]: code })}
                />
              </FilterField>
            );
          })}
          <FilterField label={t("list.dates")} wide>
            <DateRange
              label={t("list.dates")}
              from={one(search["date_from"])}
              to={one(search["date_to"])}
              onChange={(date_from, date_to) => set({ date_from, date_to })}
            />
          </FilterField>
        </>
      )}
      <div className="row filter-buttons">
        <Button
          type="text"
          icon={wide ? <UpOutlined /> : <DownOutlined />}
          aria-expanded={wide}
          onClick={() => setAsked(!wide)}
        >
          {c("action.more")}
        </Button>
        <Button onClick={clear}>{c("action.reset")}</Button>
      </div>
    </FilterBar>
  );
}

function useChoices() {
  const { t } = useTranslation("cases");
  return {
    due: [
      { value: "overdue", label: t("list.dueOverdue") },
      { value: "today", label: t("list.dueToday") },
      { value: "week", label: t("list.dueWeek") },
    ],
    open: [
      { value: "true", label: t("list.openOnly") },
      { value: "false", label: t("list.endedOnly") },
    ],
    outcome: (["approved", "denied", "filed", "forwarded"] as const).map((value) => ({
      value,
      label: t(`outcome.${value}`),
    })),
    channel: (["counter", "online"] as const).map((value) => ({
      value,
      label: t(`channel.${value}`),
    })),
    handling: (["direct", "carried", "filing"] as const).map((value) => ({
      value,
      label: t(`handling.${value}`),
    })),
    caseKind: (["immediate", "promised"] as const).map((value) => ({
      value,
      label: t(`caseKind.${value}`),
    })),
    cross: (
      ["none", "same_street", "street_community", "street_street", "community_community"] as const
    ).map((value) => ({ value, label: t(`cross.${value}`) })),
    linkage: (["none", "street_community", "district_street", "three_level"] as const).map(
      (value) => ({ value, label: t(`linkage.${value}`) }),
    ),
  };
}
