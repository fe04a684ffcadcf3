import { App, Form } from "antd";
import { useTranslation } from "react-i18next";
import type { components } from "@/api/schema";
import { FormDialog } from "@/components/FormDialog";
import { Select } from "@/components/Select";
import { useWords } from "@/components/words";
import { ActionFieldItem } from "@/pages/case/ActionFields";
import { ACTION_FIELDS, GRAVE, meantTasks, type Action } from "@/pages/case/actions";

type Case = components["schemas"]["CaseOut"];
type ActionIn = components["schemas"]["ActionIn"];

interface Props {
  action: Action;
  data: Case;
  act: (action: ActionIn) => Promise<boolean>;
  onClose: () => void;
}

/** Asks for what one action needs, and takes it. */
export function ActionDialog({ action, data, act, onClose }: Props) {
  const { t } = useTranslation("cases");
  const { message } = App.useApp();
  const [form] = Form.useForm<Omit<ActionIn, "action">>();
  const fields = ACTION_FIELDS[action];

  async function take(values: Omit<ActionIn, "action">) {
    const given = Object.fromEntries(
      Object.entries(values).filter(([, value]) => value !== undefined && value !== ""),
    );
    if (!(await act({ ...given, action }))) return;
    message.success(t("dialog.done", { action: t(`action.${action}`) }));
    onClose();
  }

  return (
    <FormDialog
      title={t(`action.${action}`)}
      okText={t(`action.${action}`)}
      danger={GRAVE.has(action)}
      width={fields.includes("findings") ? 760 : 520}
      form={form}
      onSubmit={take}
      onClose={onClose}
      initialValues={{
        findings: fields.includes("findings") ? [{ pointer: "", message: "" }] : undefined,
        collection_method: "in_person",
        collected_by: data.agent?.name ?? data.applicant.name,
      }}
    >
      <TaskItem data={data} />
      {fields.map((field) => (
        <ActionFieldItem key={field} field={field} data={data} />
      ))}
      {fields.length === 0 && <p>{t("dialog.confirm", { action: t(`action.${action}`) })}</p>}
    </FormDialog>
  );
}

/** Which of several parallel tasks is meant. */
function TaskItem({ data }: { data: Case }) {
  const { t } = useTranslation("cases");
  const words = useWords();
  const open = meantTasks(data.tasks);
  if (open.length < 2) return null;
  return (
    <Form.Item
      name="task_id"
      label={t("dialog.task")}
      rules={[{ required: true, message: t("form.required", { title: t("dialog.task") }) }]}
    >
      <Select
        options={open.map((task) => ({
          value: task.id,
          label: `${words("function", task.function)} · ${task.organisation.name}`,
        }))}
      />
    </Form.Item>
  );
}
