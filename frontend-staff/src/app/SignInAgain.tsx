import { useQueryClient } from "@tanstack/react-query";
import { Button, Form, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiProblem } from "@/api/problem";
import { settleWaiting } from "@/api/session";
import { requestSession } from "@/app/requestSession";
import { useSubmission } from "@/components/useSubmission";
import { CodeItem, PasswordItem } from "@/pages/login/SignInForms";

interface Props {
  username: string;
  name: string;
  onBack: () => void;
  onLeave: () => void;
}

interface Values {
  password: string;
  totp?: string;
}

/**
 * The sign-in has ended while a page was open: the same person signs in over it, and nothing typed
 * is lost. What the page shows is covered meanwhile.
 */
export function SignInAgain({ username, name, onBack, onLeave }: Props) {
  const { t } = useTranslation("shell");
  const queries = useQueryClient();
  const [form] = Form.useForm<Values>();
  const [codeAsked, setCodeAsked] = useState(false);
  const { submit, busy, notice } = useSubmission(form, async ({ password, totp }: Values) => {
    try {
      await requestSession({ username, password }, totp);
    } catch (error) {
      if (!(error instanceof ApiProblem && error.code === "totp_required")) throw error;
      setCodeAsked(true);
      return;
    }
    settleWaiting(true);
    onBack();
    await queries.invalidateQueries();
  });
  return (
    <Modal
      open
      width={420}
      title={t("again.title")}
      closable={false}
      keyboard={false}
      mask={{ closable: false }}
      styles={{ mask: { background: "var(--paper)" } }}
      footer={null}
    >
      <p className="muted">{t("again.hint", { name, username })}</p>
      {notice}
      <Form form={form} layout="vertical" requiredMark={false} onFinish={submit}>
        <PasswordItem autoFocus />
        {codeAsked && <CodeItem name="totp" />}
        <Button type="primary" htmlType="submit" block loading={busy}>
          {t("again.submit")}
        </Button>
        <Button type="link" block onClick={onLeave}>
          {t("again.leave")}
        </Button>
      </Form>
    </Modal>
  );
}
