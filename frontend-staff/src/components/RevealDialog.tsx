import { Form, Input } from "antd";
import { useTranslation } from "react-i18next";
import { client, unwrap } from "@/api/client";
import type { components } from "@/api/schema";
import { FormDialog } from "@/components/FormDialog";

export type Revealed = components["schemas"]["RevealOut"];

interface Props {
  number: string;
  onRevealed: (data: Revealed) => void;
  onClose: () => void;
}

/** Asks why the full personal data must be seen; the answer lives only in the page that asked. */
export function RevealDialog({ number, onRevealed, onClose }: Props) {
  const { t } = useTranslation();
  const [form] = Form.useForm<{ reason: string }>();

  async function reveal({ reason }: { reason: string }) {
    const path = "/api/v1/cases/{number}/reveal";
    onRevealed(
      await unwrap(client.POST(path, { params: { path: { number } }, body: { reason } })),
    );
  }

  return (
    <FormDialog
      title={t("reveal.title")}
      okText={t("action.confirm")}
      form={form}
      onSubmit={reveal}
      onClose={onClose}
    >
      <p className="muted">{t("reveal.notice")}</p>
      <Form.Item
        name="reason"
        label={t("reveal.reason")}
        rules={[{ required: true, min: 4, message: t("reveal.tooShort") }]}
      >
        <Input maxLength={200} placeholder={t("reveal.placeholder")} />
      </Form.Item>
    </FormDialog>
  );
}
