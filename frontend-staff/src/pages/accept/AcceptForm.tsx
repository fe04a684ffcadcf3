import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { App, Button, Form } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { matterQuery } from "@/components/matters";
import { useFormProblems, useProblemMessage } from "@/components/problems";
import { MatterForm } from "@/forms/MatterForm";
import { ApplicantFields } from "@/pages/accept/ApplicantFields";
import { CardStrip } from "@/pages/accept/CardStrip";
import { MaterialsTicks } from "@/pages/accept/MaterialsTicks";
import { PersonLookup } from "@/pages/accept/PersonLookup";
import { PlaceFields } from "@/pages/accept/PlaceFields";
import { RoutePreview } from "@/pages/accept/RoutePreview";
import { Shortcuts, useShortcuts } from "@/pages/accept/Shortcuts";
import { useLeaveGuard } from "@/components/useLeaveGuard";
import { discardDraft, useSaving, type Way } from "@/pages/accept/useSaving";
import { FRESH, valuesOf, type AcceptValues, type Case } from "@/pages/accept/values";

interface Props {
  draft: Case | undefined;
  onDone: (data: Case) => void;
  onNew: () => void;
}

export function AcceptForm({ draft, onDone, onNew }: Props) {
  const { t } = useTranslation("cases");
  const [form] = Form.useForm<AcceptValues>();
  const { message } = App.useApp();
  const { show, clear, notice } = useFormProblems(form);
  const { save, takeOver, stored } = useSaving(draft);
  const [busy, setBusy] = useState<Way | null>(null);
  const [dirty, setDirty] = useState(false);
  useLeaveGuard(dirty);

  async function send(way: Way) {
    if (busy) return;
    const values =
      way === "draft"
        ? form.getFieldsValue()
        : await form.validateFields().catch(() => {
            const first = form.getFieldsError().find((field) => field.errors.length > 0);
            if (first) form.scrollToField(first.name, { focus: true, block: "center" });
            return null;
          });
    if (!values) return;
    setBusy(way);
    clear();
    try {
      const data = await save(values, way);
      setDirty(false);
      if (way === "draft") message.success(t("accept.savedDraft"));
      else onDone(data);
    } catch (error) {
      show(error);
    } finally {
      setBusy(null);
    }
  }

  useShortcuts({
    "Ctrl+Enter": () => void send("submit"),
    "Ctrl+s": () => void send("draft"),
    "Alt+n": onNew,
  });

  return (
    <Form
      form={form}
      layout="vertical"
      scrollToFirstError={{ focus: true, block: "center" }}
      initialValues={draft ? valuesOf(draft) : FRESH}
      onValuesChange={() => setDirty(true)}
    >
      <div className="accept-grid">
        <div className="stack">
          {notice}
          <section className="panel accept-place">
            <h2>{t("accept.matter")}</h2>
            <PlaceFields locked={stored !== undefined} />
          </section>
          <section className="panel">
            <h2>{t("accept.applicantSection")}</h2>
            <CardStrip onFilled={() => setDirty(true)}>
              <ApplicantFields />
            </CardStrip>
          </section>
          <MatterParts due={draft?.due_on ?? null} />
        </div>
        <aside className="stack accept-side" aria-label={t("accept.routeSection")}>
          <RoutePreview />
          <PersonLookup takeOver={takeOver} onTaken={() => setDirty(false)} />
          <Shortcuts />
        </aside>
      </div>
      <AcceptBar busy={busy} stored={stored} onSend={(way) => void send(way)} onNew={onNew} />
    </Form>
  );
}

/** What depends on the matter: its form and its list of materials. */
function MatterParts({ due }: { due: string | null }) {
  const { t } = useTranslation("cases");
  const code = Form.useWatch<string | undefined>("matter_code");
  const matter = useQuery(matterQuery(code));
  if (code === undefined) {
    return (
      <section className="panel">
        <EmptyState title={t("accept.pickMatter")} hint={t("accept.pickMatterHint")} />
      </section>
    );
  }
  return (
    <Loaded query={matter}>
      {({ content }) => (
        <>
          {content.form.length > 0 && (
            <section className="panel" key={`form-${code}`}>
              <h2>{t("accept.formSection")}</h2>
              <MatterForm fields={content.form} />
            </section>
          )}
          <section className="panel" key={`materials-${code}`}>
            <MaterialsTicks materials={content.materials} due={due} />
          </section>
        </>
      )}
    </Loaded>
  );
}

interface BarProps {
  busy: Way | null;
  stored: Case | undefined;
  onSend: (way: Way) => void;
  onNew: () => void;
}

function AcceptBar({ busy, stored, onSend, onNew }: BarProps) {
  const { t } = useTranslation("cases");
  const editing = stored !== undefined && stored.status !== "draft";
  return (
    <div className="accept-bar" role="group" aria-label={t("col.action")}>
      <Button type="primary" size="large" loading={busy === "submit"} onClick={() => onSend("submit")}>
        {editing ? t("action.save", { ns: "common" }) : t("accept.submit")}
      </Button>
      {!editing && (
        <Button
          size="large"
          loading={busy === "receive"}
          title={t("accept.receiveOnlyHint")}
          onClick={() => onSend("receive")}
        >
          {t("accept.receiveOnly")}
        </Button>
      )}
      {!editing && (
        <Button size="large" loading={busy === "draft"} onClick={() => onSend("draft")}>
          {t("accept.saveDraft")}
        </Button>
      )}
      {stored?.status === "draft" && <DiscardButton id={stored.id} />}
      <span className="shell-space" />
      <Button size="large" type="text" onClick={onNew}>
        {t("accept.new")}
      </Button>
    </div>
  );
}

function DiscardButton({ id }: { id: string }) {
  const { t } = useTranslation("cases");
  const { modal, message } = App.useApp();
  const report = useProblemMessage();
  const navigate = useNavigate();
  return (
    <Button
      size="large"
      danger
      onClick={() =>
        modal.confirm({
          title: t("accept.discard"),
          content: t("accept.discardConfirm"),
          okButtonProps: { danger: true },
          onOk: async () => {
            try {
              await discardDraft(id);
              message.success(t("accept.discarded"));
              await navigate({ to: "/registered", search: {}, ignoreBlocker: true });
            } catch (error) {
              report(error);
            }
          },
        })
      }
    >
      {t("accept.discard")}
    </Button>
  );
}
