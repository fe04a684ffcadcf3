import { DownloadOutlined, UploadOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Collapse, Tag, Upload } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { client, unwrap } from "@/api/client";
import type { components } from "@/api/schema";
import { useDownload } from "@/components/download";
import { mattersQuery } from "@/components/matters";
import { PageHeader } from "@/components/PageHeader";
import { ProblemAlert } from "@/components/problems";
import { Select } from "@/components/Select";
import { Changes } from "@/pages/matters/Changes";
import { refreshMatters } from "@/pages/matters/draft/refreshMatters";
import "@/pages/case/case.css";

type Report = components["schemas"]["ImportReport"];

/** Matters out of a test system, and into production after their differences were read. */
export function ExchangePage() {
  const { t } = useTranslation("matters");
  return (
    <>
      <PageHeader title={t("exchange.title")} hint={t("exchange.hint")} />
      <div className="stack">
        <section className="panel">
          <h2>{t("exchange.exportTitle")}</h2>
          <Export />
        </section>
        <section className="panel">
          <h2>{t("exchange.importTitle")}</h2>
          <Import />
        </section>
      </div>
    </>
  );
}

function Export() {
  const { t } = useTranslation("matters");
  const matters = useQuery(mattersQuery);
  const [codes, setCodes] = useState<string[]>([]);
  const { download, busy } = useDownload();
  return (
    <>
      <p className="muted">{t("exchange.exportHint")}</p>
      <div className="row">
        <Select
          mode="multiple"
          aria-label={t("exchange.exportMatters")}
          placeholder={t("exchange.exportMatters")}
          style={{ width: "min(420px, 100%)" }}
          value={codes}
          onChange={setCodes}
          showSearch={{ optionFilterProp: "label" }}
          options={(matters.data?.items ?? [])
            .filter((row) => row.status === "active")
            .map((row) => ({ value: row.code, label: `${row.code} ${row.name}` }))}
        />
        <Button
          icon={<DownloadOutlined />}
          loading={busy}
          onClick={() => void download("/api/v1/matters/export", { codes }, "matters.json")}
        >
          {t("exchange.exportButton")}
        </Button>
      </div>
    </>
  );
}

function Import() {
  const { t } = useTranslation("matters");
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [file, setFile] = useState<unknown[] | null>(null);
  const [report, setReport] = useState<Report | null>(null);
  /** Name of a file that holds something else. */
  const [unreadable, setUnreadable] = useState<string | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  async function send(body: unknown[], dry_run: boolean): Promise<Report | null> {
    setBusy(true);
    setFailure(null);
    try {
      return await unwrap(
        client.POST("/api/v1/matters/import", { params: { query: { dry_run } }, body }),
      );
    } catch (error) {
      setFailure(error);
      return null;
    } finally {
      setBusy(false);
    }
  }

  async function read(chosen: File) {
    setReport(null);
    setFailure(null);
    const parsed = parse(await chosen.text());
    setFile(parsed);
    setUnreadable(parsed ? null : chosen.name);
    if (parsed) setReport(await send(parsed, true));
  }

  async function apply(body: unknown[]) {
    const done = await send(body, false);
    if (!done) return;
    message.success(t("exchange.applied", counts(done)));
    setReport(null);
    setFile(null);
    await refreshMatters(queries);
  }

  return (
    <>
      <p className="muted">{t("exchange.importHint")}</p>
      <div className="row" style={{ marginBottom: 12 }}>
        <Upload
          accept="application/json,.json"
          showUploadList={false}
          beforeUpload={(chosen) => {
            void read(chosen);
            return false;
          }}
        >
          <Button icon={<UploadOutlined />} loading={busy}>
            {t("exchange.choose")}
          </Button>
        </Upload>
        {file && report && report.new + report.changed > 0 && (
          <Button type="primary" loading={busy} onClick={() => void apply(file)}>
            {t("exchange.apply")}
          </Button>
        )}
      </div>
      {unreadable !== null && (
        <Alert
          type="error"
          showIcon
          role="alert"
          title={t("exchange.notMatters", { name: unreadable })}
        />
      )}
      {failure !== null && <ProblemAlert error={failure} />}
      {report && <ImportDifference report={report} />}
    </>
  );
}

/** The matters of a file; null where it is none that an export gives. */
function parse(text: string): unknown[] | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) && parsed.length > 0 ? parsed : null;
  } catch {
    return null;
  }
}

function counts({ new: added, changed, unchanged }: Report) {
  return { new: added, changed, unchanged };
}

function ImportDifference({ report }: { report: Report }) {
  const { t } = useTranslation("matters");
  const different = report.matters.filter((line) => line.outcome !== "unchanged");
  const retired = different.filter((line) => line.retired).length;
  if (different.length === 0) return <Alert type="info" showIcon title={t("exchange.nothing")} />;
  return (
    <>
      <p role="status">{t("exchange.compared", counts(report))}</p>
      {retired > 0 && (
        <Alert
          type="warning"
          showIcon
          title={t("exchange.retired", { count: retired })}
          style={{ marginBottom: 12 }}
        />
      )}
      <Collapse
        items={different.map((line) => ({
          key: line.code,
          label: (
            <>
              <Tag color={line.outcome === "new" ? "green" : "gold"}>
                {t(`exchange.outcomes.${line.outcome}`)}
              </Tag>{" "}
              <span className="mono">{line.code}</span> {line.name}{" "}
              {line.retired && <Tag>{t("exchange.staysRetired")}</Tag>}
            </>
          ),
          children: (
            <Changes
              changes={line.changes}
              before={t("exchange.before")}
              after={t("exchange.after")}
            />
          ),
        }))}
      />
    </>
  );
}
