import { useQuery } from "@tanstack/react-query";
import { Alert, Checkbox, Form, Input, InputNumber, Radio } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { apiQuery } from "@/api/client";
import type { components } from "@/api/schema";
import { ColleagueSelect } from "@/components/ColleagueSelect";
import { caseMatterQuery } from "@/components/matters";
import { OrganisationSelect } from "@/components/OrganisationSelect";
import { Select } from "@/components/Select";
import { useWords } from "@/components/words";
import { DateInput } from "@/forms/DateInput";
import { FindingsField } from "@/pages/case/FindingsField";
import { SignatureField } from "@/pages/case/SignatureField";
import { meantTasks, type ActionField } from "@/pages/case/actions";

type Case = components["schemas"]["CaseOut"];

const DECISIONS = ["approved", "denied", "returned", "forwarded"] as const;
const METHODS = ["in_person", "mail", "electronic"] as const;

/** One field of an action's dialog. */
export function ActionFieldItem({ field, data }: { field: ActionField; data: Case }): ReactNode {
  const { t } = useTranslation("cases");
  switch (field) {
    case "comment":
      return <CommentItem />;
    case "reason_comment":
      return <CommentItem must />;
    case "findings":
      return <FindingsField data={data} />;
    case "reason":
      return <SuspensionReason data={data} />;
    case "to_step":
      return <ToStep data={data} />;
    case "to_organisation":
      return <ToOrganisation data={data} />;
    case "to_staff":
      return <ToStaff data={data} />;
    case "originals":
      return <Originals data={data} />;
    case "returned_on":
      return (
        <Form.Item name="returned_on" label={t("dialog.returnedOn")}>
          <DateInput />
        </Form.Item>
      );
    case "papers_back":
      return <PapersBack data={data} />;
    case "days":
      return <ExtensionDays data={data} />;
    case "asked":
      return <ExtensionAsked data={data} />;
    case "signature_file":
      return <SignatureField />;
    case "received_by":
    case "document_number":
    case "collected_by":
    case "tracking_number":
      return <TextItem name={field} />;
    default:
      return <ChoiceItem name={field} />;
  }
}

/** Ending a case whose originals are at a bureau: the day on which they were fetched. */
function PapersBack({ data }: { data: Case }) {
  const { t } = useTranslation("cases");
  const carried = data.path.some((step) => step.function === "carry_out" && step.state === "done");
  const there = data.tasks.some((task) => task.function === "approve" && task.state === "open");
  if (!carried || !there) return null;
  return (
    <Form.Item name="returned_on" label={t("dialog.returnedOn")} extra={t("dialog.papersOut")}>
      <DateInput />
    </Form.Item>
  );
}

type Translate = ReturnType<typeof useTranslation<"cases">>["t"];

function required(t: Translate, title: "dialog.days" | "dialog.decision" | "dialog.agreed") {
  return { required: true, message: t("form.required", { title: t(title) }) };
}

/** An opinion; a reason where the answer is no, and where the action always needs one. */
function CommentItem({ must = false }: { must?: boolean }) {
  const { t } = useTranslation("cases");
  const agreed: boolean | undefined = Form.useWatch("agreed");
  const decision: string | undefined = Form.useWatch("decision");
  const reason = must || agreed === false || decision === "denied" || decision === "returned";
  return (
    <Form.Item
      name="comment"
      label={reason ? t("dialog.reason") : t("dialog.comment")}
      rules={[{ required: reason, whitespace: reason, message: t("dialog.commentRequired") }]}
    >
      <Input.TextArea
        rows={3}
        maxLength={1000}
        showCount
        placeholder={reason ? t("dialog.commentPlaceholder") : undefined}
      />
    </Form.Item>
  );
}

function ExtensionDays({ data }: { data: Case }) {
  const { t } = useTranslation("cases");
  const most = useQuery(caseMatterQuery(data)).data?.content.extension_days_max;
  return (
    <Form.Item
      name="days"
      label={t("dialog.days")}
      extra={
        most !== undefined &&
        (most > 0 ? t("dialog.daysMost", { count: most }) : t("dialog.noExtension"))
      }
      rules={[required(t, "dialog.days")]}
    >
      <InputNumber
        controls={false}
        min={1}
        max={60}
        precision={0}
        disabled={most === 0}
        style={{ width: 160 }}
      />
    </Form.Item>
  );
}

/** What was asked for, by whom and why: before the eyes of who decides. */
function ExtensionAsked({ data }: { data: Case }) {
  const { t } = useTranslation("cases");
  const path = { number: data.number ?? data.id };
  const events = useQuery(apiQuery("/api/v1/cases/{number}/events", { path }));
  const asked = events.data?.items.findLast((event) => event.event === "extension_requested");
  if (!asked) return null;
  return (
    <Alert
      type="info"
      style={{ marginBottom: 16 }}
      title={t("dialog.asked", { name: asked.actor_name, count: Number(asked.details["days"]) })}
      description={asked.comment}
    />
  );
}

const TEXT_LABELS = {
  received_by: "dialog.receivedBy",
  document_number: "dialog.documentNumber",
  collected_by: "dialog.collectedBy",
  tracking_number: "dialog.trackingNumber",
} as const;

function TextItem({ name }: { name: keyof typeof TEXT_LABELS }) {
  const { t } = useTranslation("cases");
  const method: string | undefined = Form.useWatch("collection_method");
  if (name === "tracking_number" && method !== "mail") return null;
  const must = name === "tracking_number" || name === "collected_by";
  const label = t(TEXT_LABELS[name]);
  return (
    <Form.Item
      name={name}
      label={label}
      rules={must ? [{ required: true, message: t("form.required", { title: label }) }] : []}
    >
      <Input maxLength={60} autoComplete="off" />
    </Form.Item>
  );
}

function ChoiceItem({ name }: { name: "agreed" | "decision" | "collection_method" }) {
  const { t } = useTranslation("cases");
  const words = useWords();
  switch (name) {
    case "agreed":
      return (
        <Form.Item name="agreed" label={t("dialog.agreed")} rules={[required(t, "dialog.agreed")]}>
          <Radio.Group
            aria-label={t("dialog.agreed")}
            options={[
              { value: true, label: t("dialog.agree") },
              { value: false, label: t("dialog.disagree") },
            ]}
          />
        </Form.Item>
      );
    case "decision":
      return (
        <Form.Item
          name="decision"
          label={t("dialog.decision")}
          rules={[required(t, "dialog.decision")]}
        >
          <Radio.Group
            aria-label={t("dialog.decision")}
            options={DECISIONS.map((value) => ({ value, label: words("decision", value) }))}
          />
        </Form.Item>
      );
    default:
      return (
        <Form.Item name="collection_method" label={t("dialog.collectionMethod")}>
          <Radio.Group
            aria-label={t("dialog.collectionMethod")}
            options={METHODS.map((value) => ({ value, label: t(`collection.${value}`) }))}
          />
        </Form.Item>
      );
  }
}

/** Only the special procedures that the case's matter allows. */
function SuspensionReason({ data }: { data: Case }) {
  const { t } = useTranslation("cases");
  const words = useWords();
  const matter = useQuery(caseMatterQuery(data));
  const reasons = matter.data?.content.suspension_reasons ?? [];
  const none = matter.isSuccess && reasons.length === 0;
  return (
    <Form.Item
      name="reason"
      label={t("dialog.suspendReason")}
      extra={none && t("dialog.noSuspension")}
      rules={[
        { required: true, message: t("form.required", { title: t("dialog.suspendReason") }) },
      ]}
    >
      <Select
        loading={matter.isPending}
        disabled={none}
        options={reasons.map((value) => ({ value, label: words("suspension", value) }))}
      />
    </Form.Item>
  );
}

function ToStep({ data }: { data: Case }) {
  const { t } = useTranslation("cases");
  const words = useWords();
  const earlier = data.path.filter((step) => step.state === "done");
  return (
    <Form.Item name="to_step" label={t("dialog.toStep")}>
      <Select
        allowClear
        placeholder={t("dialog.previous")}
        options={earlier.map((step) => ({
          value: step.key,
          label: `${words("function", step.function)} · ${step.organisation.name}`,
        }))}
      />
    </Form.Item>
  );
}

/** Where the task can go: the API knows whom its step can mean. */
function ToOrganisation({ data }: { data: Case }) {
  const { t } = useTranslation("cases");
  const form = Form.useFormInstance();
  const task_id = useMeantTask(data);
  const units = useQuery({
    ...apiQuery("/api/v1/tasks/{task_id}/units", { path: { task_id: task_id ?? "" } }),
    enabled: task_id !== undefined,
  });
  return (
    <Form.Item name="to_organisation" label={t("dialog.toOrganisation")}>
      <OrganisationSelect
        only={units.data?.map((unit) => unit.code) ?? []}
        disabled={task_id === undefined}
        onChange={() => form.setFieldValue("to_staff", undefined)}
      />
    </Form.Item>
  );
}

/** The task that is meant: the one chosen in the dialog where there are several. */
function useMeantTask(data: Case): string | undefined {
  const among = meantTasks(data.tasks);
  const chosen: string | undefined = Form.useWatch("task_id");
  return chosen ?? (among.length === 1 ? among[0]?.id : undefined);
}

/** Who can take the task, where it is or at the organisation that was chosen. */
function ToStaff({ data }: { data: Case }) {
  const { t } = useTranslation("cases");
  const organisation: string | undefined = Form.useWatch("to_organisation");
  const task = useMeantTask(data);
  return (
    <Form.Item name="to_staff" label={t("dialog.toStaff")} extra={t("dialog.toStaffHint")}>
      <ColleagueSelect
        disabled={!task}
        query={(q) =>
          apiQuery("/api/v1/tasks/{task_id}/takers", {
            path: { task_id: task ?? "" },
            query: { organisation, q },
          })
        }
      />
    </Form.Item>
  );
}

function Originals({ data }: { data: Case }) {
  const { t } = useTranslation("cases");
  const held = data.materials.filter((material) => material.received.startsWith("original"));
  if (held.length === 0) return null;
  return (
    <Form.Item name="originals" label={t("dialog.originals")}>
      <Checkbox.Group
        aria-label={t("dialog.originals")}
        options={held.map((material) => ({ value: material.key, label: material.name }))}
      />
    </Form.Item>
  );
}
