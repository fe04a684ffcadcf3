import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Alert, App, Button, Form } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { client, unwrap } from "@/api/client";
import { ApiProblem } from "@/api/problem";
import type { components } from "@/api/schema";
import { formatMoment } from "@/components/dates";
import { intoView } from "@/components/intoView";
import type { Matter } from "@/components/matters";
import { useFormProblems } from "@/components/problems";
import { useLeaveGuard } from "@/components/useLeaveGuard";
import { BasicsFields } from "@/pages/matters/draft/BasicsFields";
import { Conflicts } from "@/pages/matters/draft/Conflicts";
import { contentOf, valuesOf, type DraftValues } from "@/pages/matters/draft/content";
import { Findings } from "@/pages/matters/draft/Findings";
import { FormFields } from "@/pages/matters/draft/FormFields";
import { MaterialFields } from "@/pages/matters/draft/MaterialFields";
import { merge, type Conflict } from "@/pages/matters/draft/merge";
import { ProcessFields } from "@/pages/matters/draft/ProcessFields";
import { PublishButton } from "@/pages/matters/draft/PublishButton";
import { RetireButton } from "@/pages/matters/draft/RetireButton";
import { forgetDraft, refreshMatters } from "@/pages/matters/draft/refreshMatters";
import "@/pages/accept/accept.css";

type Draft = components["schemas"]["DraftOut"];
type Report = components["schemas"]["CheckReport"];

interface Overtaken {
  by: Draft;
  both: Conflict[];
}

/** The whole definition as one form. Checks and publishing work on what has been saved. */
export function DraftEditor({ draft, matter }: { draft: Draft; matter: Matter }) {
  const { t } = useTranslation("matters");
  const { message, modal } = App.useApp();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [form] = Form.useForm<DraftValues>();
  const { show, clear, notice } = useFormProblems(form);
  const [busy, setBusy] = useState(false);
  const [dirty, setDirty] = useState(false);
  const [report, setReport] = useState<Report | null>(null);
  // Of the server, with which the form was filled or last brought together.
  const [seen, setSeen] = useState(draft);
  const [overtaken, setOvertaken] = useState<Overtaken | null>(null);
  const params = { path: { code: draft.code }, header: { "If-Match": `"${seen.revision}"` } };
  useLeaveGuard(dirty);

  async function attempt(work: () => Promise<void>) {
    setBusy(true);
    clear();
    try {
      await work();
    } catch (error) {
      show(error);
    } finally {
      setBusy(false);
    }
  }

  async function save() {
    const valid = await form.validateFields().catch(() => null);
    if (!valid) return;
    await attempt(async () => {
      const body = contentOf(form.getFieldsValue(true) as DraftValues);
      try {
        await unwrap(client.PUT("/api/v1/matters/{code}/draft", { params, body }));
      } catch (error) {
        if (!(error instanceof ApiProblem) || error.status !== 412) throw error;
        await bringTogether(body);
        return;
      }
      message.success(t("draft.saved"));
      await refreshMatters(queries);
    });
  }

  /** Somebody else has saved: nothing of either is lost, and it is looked at before it is saved. */
  async function bringTogether(mine: Draft["content"]) {
    const path = "/api/v1/matters/{code}/draft";
    const latest = await unwrap(client.GET(path, { params: { path: params.path } }));
    const { content, both } = merge(seen.content, mine, latest.content);
    form.setFieldsValue(valuesOf(content) as Parameters<typeof form.setFieldsValue>[0]);
    setSeen(latest);
    setReport(null);
    setOvertaken({ by: latest, both });
  }

  const check = () =>
    attempt(async () => {
      setReport(null);
      const path = "/api/v1/matters/{code}/draft/check";
      setReport(await unwrap(client.POST(path, { params: { path: params.path } })));
    });

  const discard = () =>
    modal.confirm({
      title: t("draft.discard"),
      content: t("draft.discardConfirm"),
      okButtonProps: { danger: true },
      onOk: () =>
        attempt(async () => {
          await unwrap(client.DELETE("/api/v1/matters/{code}/draft", { params }));
          message.success(t("draft.discarded"));
          // A matter that never was published goes with its draft.
          if (draft.base === 0) {
            await navigate({ to: "/matters", search: {}, ignoreBlocker: true });
          }
          await forgetDraft(queries);
        }),
    });

  return (
    <Form
      form={form}
      layout="vertical"
      initialValues={valuesOf(draft.content)}
      scrollToFirstError={{ focus: true, block: "center" }}
      onValuesChange={() => setDirty(true)}
    >
      <p className="muted">
        {draft.base > 0 && `${t("draft.base", { number: draft.base })} · `}
        {t("draft.lastChanged", {
          name: seen.changed_by?.name ?? "—",
          time: formatMoment(seen.changed_at),
        })}
      </p>
      {notice}
      {overtaken && <OvertakenAlert key={overtaken.by.revision} overtaken={overtaken} />}
      {report && <Findings report={report} />}
      <div className="stack">
        {(
          [
            ["basics", <BasicsFields key="basics" />],
            ["process", <ProcessFields key="process" />],
            ["materials", <MaterialFields key="materials" />],
            ["form", <FormFields key="form" />],
          ] as const
        ).map(([part, fields]) => (
          <section key={part} className="panel">
            <h2>{t(`draft.${part}`)}</h2>
            {fields}
          </section>
        ))}
      </div>
      <div className="accept-bar" role="group" aria-label={t("tab.draft")}>
        <Button type="primary" loading={busy} onClick={() => void save()}>
          {t("draft.save")}
        </Button>
        <Button disabled={dirty || busy} onClick={() => void check()}>
          {t("draft.check")}
        </Button>
        <PublishButton draft={draft} disabled={dirty || busy} />
        {dirty && <span className="muted">{t("draft.saveFirst")}</span>}
        <span className="shell-space" />
        <RetireButton matter={matter} />
        <Button danger disabled={busy} onClick={discard}>
          {t("draft.discard")}
        </Button>
      </div>
    </Form>
  );
}

/** Whose changes came in between, and what is to be looked at. */
function OvertakenAlert({ overtaken: { by, both } }: { overtaken: Overtaken }) {
  const { t } = useTranslation("matters");
  const name = by.changed_by?.name ?? "—";
  return (
    <div ref={intoView} className="notice">
      <Alert
        type="warning"
        showIcon
        role="alert"
        title={t("draft.overtaken", { name, time: formatMoment(by.changed_at) })}
        description={
          both.length > 0 ? <Conflicts both={both} name={name} /> : t("draft.mergedHint")
        }
      />
    </div>
  );
}
