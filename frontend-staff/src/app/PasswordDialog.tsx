import { App, Form, Input } from "antd";
import { useTranslation } from "react-i18next";
import { client, unwrap } from "@/api/client";
import { FormDialog } from "@/components/FormDialog";
import { NewPasswordFields } from "@/components/NewPasswordFields";

interface Values {
  current: string;
  new: string;
}

export function PasswordDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("shell");
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();

  async function save({ current, new: next }: Values) {
    await unwrap(client.POST("/api/v1/auth/password", { body: { current, new: next } }));
    message.success(t("password.changed"));
    onClose();
  }

  return (
    <FormDialog title={t("password.title")} form={form} onSubmit={save} onClose={onClose}>
      <Form.Item
        name="current"
        label={t("password.current")}
        rules={[{ required: true, message: t("login.passwordMissing") }]}
      >
        <Input.Password autoComplete="current-password" />
      </Form.Item>
      <NewPasswordFields />
    </FormDialog>
  );
}
