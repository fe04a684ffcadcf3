import { Button, Form } from "antd";
import { useTranslation } from "react-i18next";
import { client, unwrap } from "@/api/client";
import { NewPasswordFields } from "@/components/NewPasswordFields";
import { useSubmission } from "@/components/useSubmission";

interface Props {
  /** The limited token of `password_change_required`. */
  token: string;
  current: string;
  onDone: () => void;
}

/** The first password of one's own, before the first sign-in. */
export function PasswordForm({ token, current, onDone }: Props) {
  const { t } = useTranslation("shell");
  const [form] = Form.useForm<{ new: string }>();
  const { submit, busy, notice } = useSubmission(form, async (values) => {
    await unwrap(
      client.POST("/api/v1/auth/password", {
        headers: { authorization: `Bearer ${token}` },
        body: { current, new: values.new },
      }),
    );
    onDone();
  });
  return (
    <>
      <h1>{t("login.newPasswordTitle")}</h1>
      <p className="muted">{t("login.newPasswordHint")}</p>
      {notice}
      <Form form={form} layout="vertical" size="large" requiredMark={false} onFinish={submit}>
        <NewPasswordFields />
        <Button type="primary" htmlType="submit" block loading={busy}>
          {t("action.save", { ns: "common" })}
        </Button>
      </Form>
    </>
  );
}
