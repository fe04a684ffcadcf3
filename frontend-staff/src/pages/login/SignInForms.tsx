import { Button, Form, Input } from "antd";
import { useTranslation } from "react-i18next";
import type { Credentials } from "@/app/requestSession";
import { useSubmission } from "@/components/useSubmission";

export function CredentialsForm({ onSubmit }: { onSubmit: (values: Credentials) => Promise<void> }) {
  const { t } = useTranslation("shell");
  const [form] = Form.useForm<Credentials>();
  const { submit, busy, notice } = useSubmission(form, onSubmit);
  return (
    <>
      <h1>{t("login.title")}</h1>
      {notice}
      <Form form={form} layout="vertical" size="large" requiredMark={false} onFinish={submit}>
        <Form.Item
          name="username"
          label={t("login.username")}
          rules={[{ required: true, message: t("login.usernameMissing") }]}
        >
          <Input autoComplete="username" autoFocus spellCheck={false} />
        </Form.Item>
        <PasswordItem />
        <Button type="primary" htmlType="submit" block loading={busy}>
          {t("login.submit")}
        </Button>
      </Form>
    </>
  );
}

export function PasswordItem({ autoFocus = false }: { autoFocus?: boolean }) {
  const { t } = useTranslation("shell");
  return (
    <Form.Item
      name="password"
      label={t("login.password")}
      rules={[{ required: true, message: t("login.passwordMissing") }]}
    >
      <Input.Password autoComplete="current-password" autoFocus={autoFocus} />
    </Form.Item>
  );
}

interface CodeProps {
  onSubmit: (code: string) => Promise<void>;
  onBack: () => void;
}

export function CodeForm({ onSubmit, onBack }: CodeProps) {
  const { t } = useTranslation("shell");
  const [form] = Form.useForm<{ code: string }>();
  const { submit, busy, notice } = useSubmission(form, ({ code }) => onSubmit(code));
  return (
    <>
      <h1>{t("login.totpTitle")}</h1>
      <p className="muted">{t("login.totpHint")}</p>
      {notice}
      <Form form={form} layout="vertical" size="large" requiredMark={false} onFinish={submit}>
        <CodeItem />
        <Button type="primary" htmlType="submit" block loading={busy}>
          {t("login.submit")}
        </Button>
        <Button type="link" block onClick={onBack}>
          {t("login.again")}
        </Button>
      </Form>
    </>
  );
}

/** Six digits of an authenticator. */
export function CodeItem({ name = "code" }: { name?: string }) {
  const { t } = useTranslation("shell");
  return (
    <Form.Item
      name={name}
      label={t("login.totp")}
      rules={[{ required: true, pattern: /^\d{6}$/, message: t("login.codeMissing") }]}
      validateTrigger="onSubmit"
    >
      <Input
        className="mono"
        autoFocus
        autoComplete="one-time-code"
        inputMode="numeric"
        maxLength={6}
      />
    </Form.Item>
  );
}
