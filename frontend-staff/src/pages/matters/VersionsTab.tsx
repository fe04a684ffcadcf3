import { useQuery } from "@tanstack/react-query";
import { Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { apiQuery } from "@/api/client";
import type { components } from "@/api/schema";
import { DataTable } from "@/components/DataTable";
import { formatMoment } from "@/components/dates";
import { EmptyState } from "@/components/EmptyState";
import { FilterBar, FilterField } from "@/components/FilterBar";
import { Loaded } from "@/components/Loaded";
import type { Matter } from "@/components/matters";
import { Select } from "@/components/Select";
import { Changes } from "@/pages/matters/Changes";

type Version = components["schemas"]["VersionRow"];

/** Every version that is or was in force, and what differs between two. */
export function VersionsTab({ matter }: { matter: Matter }) {
  const { t } = useTranslation("matters");
  const versions = useQuery(
    apiQuery("/api/v1/matters/{code}/versions", { path: { code: matter.code } }),
  );
  return (
    <Loaded query={versions}>
      {(rows) =>
        rows.length === 0 ? (
          <EmptyState title={t("versions.none")} hint={t("versions.noneHint")} />
        ) : (
          <div className="stack">
            <VersionTable rows={rows} />
            {(rows.length > 1 || matter.has_draft) && (
              <section className="panel">
                <h2>{t("versions.compare")}</h2>
                <Compare matter={matter} rows={rows} />
              </section>
            )}
          </div>
        )
      }
    </Loaded>
  );
}

function VersionTable({ rows }: { rows: Version[] }) {
  const { t } = useTranslation("matters");
  return (
    <DataTable<Version>
      label={t("versions.label")}
      dataSource={rows}
      rowKey="number"
      columns={[
        {
          title: t("versions.number"),
          render: (_, row) => t("versionNumber", { number: row.number }),
        },
        {
          title: t("versions.state"),
          render: (_, row) => (
            <Tag color={row.state === "published" ? "green" : "default"}>
              {t(`versions.states.${row.state}`)}
            </Tag>
          ),
        },
        { title: t("versions.publishedAt"), render: (_, row) => formatMoment(row.published_at) },
        { title: t("versions.publishedBy"), render: (_, row) => row.published_by?.name ?? "—" },
        { title: t("versions.note"), render: (_, row) => row.note || "—" },
      ]}
    />
  );
}

function Compare({ matter, rows }: { matter: Matter; rows: Version[] }) {
  const { t } = useTranslation("matters");
  const choices = [
    ...(matter.has_draft ? [{ value: "draft", label: t("versions.states.draft") }] : []),
    ...rows.map((row) => ({
      value: String(row.number),
      label: t("versionNumber", { number: row.number }),
    })),
  ];
  const [after, setAfter] = useState(choices[0]?.value ?? "");
  const [before, setBefore] = useState(choices[1]?.value ?? "");
  const comparison = useQuery({
    ...apiQuery("/api/v1/matters/{code}/compare", {
      path: { code: matter.code },
      query: { from: before, to: after },
    }),
    enabled: before !== after,
  });
  return (
    <>
      <FilterBar>
        <FilterField label={t("versions.before")}>
          <Select
            aria-label={t("versions.before")}
            style={{ width: "100%" }}
            value={before}
            onChange={setBefore}
            options={choices}
          />
        </FilterField>
        <FilterField label={t("versions.after")}>
          <Select
            aria-label={t("versions.after")}
            style={{ width: "100%" }}
            value={after}
            onChange={setAfter}
            options={choices}
          />
        </FilterField>
      </FilterBar>
      {before === after ? (
        <EmptyState title={t("versions.same")} hint={t("versions.sameHint")} />
      ) : (
        <Loaded query={comparison}>
          {({ changes }) =>
            changes.length === 0 ? (
              <EmptyState title={t("versions.same")} hint={t("versions.sameHint")} />
            ) : (
              <Changes
                changes={changes}
                before={t("versions.before")}
                after={t("versions.after")}
              />
            )
          }
        </Loaded>
      )}
    </>
  );
}
