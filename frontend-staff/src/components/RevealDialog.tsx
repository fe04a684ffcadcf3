import { Form, Input, Modal } from "antd";
import { useTranslation } from "react-i18next";
import { client, unwrap } from "@/api/client";
import type { components } from "@/api/schema";
import { useSubmission } from "@/components/useSubmission";

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
  const { submit, busy, notice } = useSubmission(form, async ({ reason }) => {
    onRevealed(
      await unwrap(
        client.POST("/api/v1/cases/{number}/reveal", {
          params: { path: { number } },
          body: { reason },
        }),
      ),
    );
  });
  return (
    <Modal
      open
      title={t("reveal.title")}
      okText={t("action.confirm")}
      cancelText={t("action.cancel")}
      confirmLoading={busy}
      onOk={form.submit}
      onCancel={onClose}
    >
      <p className="muted">{t("reveal.notice")}</p>
      {notice}
      <Form form={form} layout="vertical" onFinish={submit}>
        <Form.Item
          name="reason"
          label={t("reveal.reason")}
          rules={[{ required: true, min: 4, message: t("reveal.tooShort") }]}
        >
          <Input autoFocus maxLength={200} placeholder={t("reveal.placeholder")} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
