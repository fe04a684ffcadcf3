import { useQuery } from "@tanstack/react-query";
import { Button, Form, QRCode } from "antd";
import { useTranslation } from "react-i18next";
import { client, unwrap } from "@/api/client";
import { Loaded } from "@/components/Loaded";
import { useSubmission } from "@/components/useSubmission";
import { CodeItem } from "@/pages/login/SignInForms";

/** Pairs an authenticator with the limited token of `totp_enrolment_required`. */
export function EnrolForm({ token, onDone }: { token: string; onDone: () => void }) {
  const { t } = useTranslation("shell");
  const headers = { authorization: `Bearer ${token}` };
  const secret = useQuery({
    queryKey: ["totp-secret", token],
    queryFn: () => unwrap(client.POST("/api/v1/auth/totp/enrol", { headers })),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const [form] = Form.useForm<{ code: string }>();
  const { submit, busy, notice } = useSubmission(form, async (body) => {
    await unwrap(client.POST("/api/v1/auth/totp/confirm", { headers, body }));
    onDone();
  });
  return (
    <>
      <h1>{t("login.enrolTitle")}</h1>
      <p className="muted">{t("login.enrolHint")}</p>
      <Loaded query={secret}>
        {({ uri, secret: text }) => (
          <>
            <div role="img" aria-label={t("login.enrolTitle")}>
              <div aria-hidden="true">
                <QRCode value={uri} size={176} />
              </div>
            </div>
            <p>
              {t("login.enrolSecret")}: <span className="mono">{text}</span>
            </p>
            {notice}
            <Form form={form} layout="vertical" size="large" requiredMark={false} onFinish={submit}>
              <CodeItem />
              <Button type="primary" htmlType="submit" block loading={busy}>
                {t("action.confirm", { ns: "common" })}
              </Button>
            </Form>
          </>
        )}
      </Loaded>
    </>
  );
}
