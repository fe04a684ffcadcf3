import { DeleteOutlined, ExportOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Checkbox, Tag, type TableColumnType } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { apiQuery } from "@/api/client";
import type { components } from "@/api/schema";
import { useCan, useMe } from "@/app/me";
import { one, useFilters } from "@/app/search";
import { formatDate } from "@/components/dates";
import { EmptyState } from "@/components/EmptyState";
import { KeysetTable } from "@/components/KeysetTable";
import { OrganisationSelect } from "@/components/OrganisationSelect";
import { PageHeader } from "@/components/PageHeader";
import { Disposals } from "@/pages/archives/Disposals";
import { ExportDialog } from "@/pages/archives/ExportDialog";
import { ProposeDialog } from "@/pages/archives/ProposeDialog";

type Row = components["schemas"]["ArchiveRow"];

/** 档案: archived cases of an organisation, handed on or destroyed when their time is over. */
export function ArchivesPage() {
  const { t } = useTranslation("archives");
  const { search, set } = useFilters();
  const home = useMe().organisation.code;
  const organisation = one(search["organisation"]) ?? home;
  const due = one(search["due"]) === "true";
  const columns = useColumns();
  const query = apiQuery("/api/v1/archives", {
    query: { organisation, due, cursor: one(search["cursor"]), limit: 100 },
  });
  return (
    <>
      <PageHeader
        title={t("title")}
        hint={t("hint")}
        actions={<Actions organisation={organisation} query={query} due={due} />}
      />
      <div className="row toolbar">
        <div style={{ width: 320 }}>
          <OrganisationSelect
            ariaLabel={t("organisation")}
            allowClear={false}
            value={organisation}
            onChange={(code) => set({ organisation: code, cursor: undefined })}
          />
        </div>
        <Checkbox
          checked={due}
          onChange={(event) =>
            set({ due: event.target.checked ? "true" : undefined, cursor: undefined })
          }
        >
          {t("dueOnly")}
        </Checkbox>
      </div>
      <KeysetTable
        label={t("label")}
        query={query}
        columns={columns}
        rowKey={(row) => row.number}
        empty={
          due ? (
            <EmptyState title={t("noneDue")} hint={t("noneDueHint")} />
          ) : (
            <EmptyState title={t("none")} hint={t("noneHint")} />
          )
        }
      />
      <section className="panel" style={{ marginTop: 16 }}>
        <h2>{t("disposals")}</h2>
        <Disposals />
      </section>
    </>
  );
}

interface ActionsProps {
  organisation: string;
  query: ReturnType<typeof apiQuery<"/api/v1/archives">>;
  due: boolean;
}

function Actions({ organisation, query, due }: ActionsProps) {
  const { t } = useTranslation("archives");
  const can = useCan();
  const rows = useQuery(query).data?.items ?? [];
  const [open, setOpen] = useState<"export" | "propose">();
  const close = () => setOpen(undefined);
  const proposable = due ? rows.map((row) => row.number) : [];
  return (
    <>
      {can("archives.export") && (
        <Button icon={<ExportOutlined />} onClick={() => setOpen("export")}>
          {t("export")}
        </Button>
      )}
      {can("archives.dispose") && (
        <Button
          icon={<DeleteOutlined />}
          disabled={proposable.length === 0}
          title={proposable.length === 0 ? t("proposeHow") : undefined}
          onClick={() => setOpen("propose")}
        >
          {t("propose")}
        </Button>
      )}
      {open === "export" && <ExportDialog organisation={organisation} onClose={close} />}
      {open === "propose" && (
        <ProposeDialog organisation={organisation} numbers={proposable} onClose={close} />
      )}
    </>
  );
}

function useColumns(): TableColumnType<Row>[] {
  const { t } = useTranslation("archives");
  return [
    { title: t("number"), render: (_, row) => <span className="mono">{row.number}</span> },
    { title: t("matter"), render: (_, row) => row.matter_name },
    { title: t("responsible"), render: (_, row) => row.responsible.name },
    { title: t("archivedAt"), render: (_, row) => formatDate(row.archived_at) },
    { title: t("retainUntil"), render: (_, row) => formatDate(row.retain_until) },
    { title: t("state"), render: (_, row) => <StateTag row={row} /> },
  ];
}

function StateTag({ row }: { row: Row }) {
  const { t } = useTranslation("archives");
  if (row.disposed_at) return <Tag>{t("destroyedOn", { day: formatDate(row.disposed_at) })}</Tag>;
  if (row.disposal_id) return <Tag color="orange">{t("onList")}</Tag>;
  return <Tag color={row.packaged ? "green" : "blue"}>{row.packaged ? t("packaged") : t("waiting")}</Tag>;
}
