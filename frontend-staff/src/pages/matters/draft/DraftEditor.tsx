import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { App, Button, Form } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { client, unwrap } from "@/api/client";
import type { components } from "@/api/schema";
import { formatMoment } from "@/components/dates";
import { useFormProblems } from "@/components/problems";
import { BasicsFields } from "@/pages/matters/draft/BasicsFields";
import { contentOf, valuesOf, type DraftValues } from "@/pages/matters/draft/content";
import { Findings } from "@/pages/matters/draft/Findings";
import { FormFields } from "@/pages/matters/draft/FormFields";
import { MaterialFields } from "@/pages/matters/draft/MaterialFields";
import { ProcessFields } from "@/pages/matters/draft/ProcessFields";
import { PublishButton } from "@/pages/matters/draft/PublishButton";
import { forgetDraft, refreshMatters } from "@/pages/matters/draft/refreshMatters";
import "@/pages/accept/accept.css";

type Draft = components["schemas"]["DraftOut"];
type Report = components["schemas"]["CheckReport"];

/** The whole definition as one form. Checks and publishing work on what has been saved. */
export function DraftEditor({ draft }: { draft: Draft }) {
  const { t } = useTranslation("matters");
  const { message, modal } = App.useApp();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [form] = Form.useForm<DraftValues>();
  const { show, clear, notice } = useFormProblems(form);
  const [busy, setBusy] = useState(false);
  const [dirty, setDirty] = useState(false);
  const [report, setReport] = useState<Report | null>(null);
  const params = { path: { code: draft.code }, header: { "If-Match": `"${draft.revision}"` } };

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
      await unwrap(client.PUT("/api/v1/matters/{code}/draft", { params, body }));
      message.success(t("draft.saved"));
      await refreshMatters(queries);
    });
  }

  const check = () =>
    attempt(async () => {
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
          if (draft.base === 0) await navigate({ to: "/matters", search: {} });
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
          name: draft.changed_by?.name ?? "—",
          time: formatMoment(draft.changed_at),
        })}
      </p>
      {notice}
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
        <Button danger disabled={busy} onClick={discard}>
          {t("draft.discard")}
        </Button>
      </div>
    </Form>
  );
}
