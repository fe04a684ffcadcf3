import { useQueryClient } from "@tanstack/react-query";
import { App, Form, Input } from "antd";
import { useTranslation } from "react-i18next";
import { client, unwrap } from "@/api/client";
import { FormDialog } from "@/components/FormDialog";

interface Props {
  organisation: string;
  numbers: string[];
  onClose: () => void;
}

/** Puts the cases that are due on a list, for somebody else to decide. */
export function ProposeDialog({ organisation, numbers, onClose }: Props) {
  const { t } = useTranslation("archives");
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<{ reason: string }>();

  async function send({ reason }: { reason: string }) {
    await unwrap(
      client.POST("/api/v1/disposals", {
        body: { organisation_code: organisation, numbers, reason },
      }),
    );
    message.success(t("proposed", { count: numbers.length }));
    await queries.invalidateQueries();
    onClose();
  }

  return (
    <FormDialog
      title={t("proposeTitle", { count: numbers.length })}
      form={form}
      onSubmit={send}
      onClose={onClose}
      okText={t("propose")}
    >
      <Form.Item
        name="reason"
        label={t("appraisal")}
        extra={t("appraisalHint")}
        rules={[{ required: true, message: t("missing", { title: t("appraisal") }) }]}
      >
        <Input.TextArea rows={3} maxLength={200} />
      </Form.Item>
    </FormDialog>
  );
}
