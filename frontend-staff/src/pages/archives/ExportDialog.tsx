import { Alert, Form, Input } from "antd";
import { useTranslation } from "react-i18next";
import { client, unwrap } from "@/api/client";
import { saveFile } from "@/components/download";
import { FormDialog } from "@/components/FormDialog";
import { DateInput } from "@/forms/DateInput";

interface Props {
  organisation: string;
  onClose: () => void;
}

interface Values {
  archived_from: string;
  archived_to: string;
  reason: string;
}

/** Archived cases of some days as one package, complete and unmasked; the reason is kept. */
export function ExportDialog({ organisation, onClose }: Props) {
  const { t } = useTranslation("archives");
  const [form] = Form.useForm<Values>();
  const needed = (title: string) => [{ required: true, message: t("missing", { title }) }];

  async function send(values: Values) {
    const content = await unwrap<unknown>(
      client.POST("/api/v1/archives/export", {
        body: { organisation_code: organisation, ...values },
        parseAs: "blob",
      }),
    );
    saveFile(content as Blob, `archives-${organisation}-${values.archived_from}.zip`);
    onClose();
  }

  return (
    <FormDialog
      title={t("exportTitle")}
      form={form}
      onSubmit={send}
      onClose={onClose}
      okText={t("export")}
    >
      <Alert type="warning" showIcon title={t("exportHint")} style={{ marginBottom: 16 }} />
      <Form.Item name="archived_from" label={t("from")} rules={needed(t("from"))}>
        <DateInput />
      </Form.Item>
      <Form.Item name="archived_to" label={t("to")} rules={needed(t("to"))}>
        <DateInput />
      </Form.Item>
      <Form.Item name="reason" label={t("reason")} rules={needed(t("reason"))}>
        <Input.TextArea rows={2} maxLength={200} />
      </Form.Item>
    </FormDialog>
  );
}
