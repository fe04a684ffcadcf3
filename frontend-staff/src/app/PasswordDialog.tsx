import { App, Form, Input, Modal } from "antd";
import { useTranslation } from "react-i18next";
import { client, unwrap } from "@/api/client";
import { NewPasswordFields } from "@/components/NewPasswordFields";
import { useSubmission } from "@/components/useSubmission";

interface Values {
  current: string;
  new: string;
}

export default function PasswordDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("shell");
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const { submit, busy, notice } = useSubmission(form, async ({ current, new: next }) => {
    await unwrap(client.POST("/api/v1/auth/password", { body: { current, new: next } }));
    message.success(t("password.changed"));
    onClose();
  });
  return (
    <Modal
      open
      title={t("password.title")}
      okText={t("action.save", { ns: "common" })}
      confirmLoading={busy}
      onOk={form.submit}
      onCancel={onClose}
    >
      {notice}
      <Form form={form} layout="vertical" onFinish={submit}>
        <Form.Item
          name="current"
          label={t("password.current")}
          rules={[{ required: true, message: t("login.passwordMissing") }]}
        >
          <Input.Password autoComplete="current-password" autoFocus />
        </Form.Item>
        <NewPasswordFields />
      </Form>
    </Modal>
  );
}
