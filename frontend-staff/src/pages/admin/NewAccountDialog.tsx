import { useQueryClient } from "@tanstack/react-query";
import { App, Form, Input, Modal } from "antd";
import { useTranslation } from "react-i18next";
import { client, unwrap } from "@/api/client";
import type { components } from "@/api/schema";
import { useSubmission } from "@/components/useSubmission";
import { OneTimePassword } from "@/pages/admin/OneTimePassword";
import { ProfileFields } from "@/pages/admin/ProfileFields";

type NewStaff = components["schemas"]["NewStaff"];

export function NewAccountDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("admin");
  const { t: c } = useTranslation();
  const { modal } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<NewStaff>();
  const { submit, busy, notice } = useSubmission(form, async (values) => {
    const body = { ...values, email: values.email || null, mobile: values.mobile || null };
    const { one_time_password } = await unwrap(client.POST("/api/v1/staff", { body }));
    await queries.invalidateQueries({ queryKey: ["/api/v1/staff"] });
    onClose();
    modal.success({
      title: t("accounts.created"),
      content: <OneTimePassword password={one_time_password} />,
    });
  });
  return (
    <Modal
      open
      title={t("accounts.new")}
      okText={c("action.save")}
      cancelText={c("action.cancel")}
      confirmLoading={busy}
      onOk={form.submit}
      onCancel={onClose}
    >
      {notice}
      <Form form={form} layout="vertical" onFinish={submit}>
        <Form.Item
          name="username"
          label={t("accounts.username")}
          extra={t("accounts.usernameHint")}
          validateTrigger="onBlur"
          rules={[
            {
              required: true,
              pattern: /^[a-z0-9][a-z0-9._-]{1,39}$/,
              message: t("accounts.usernameBad"),
            },
          ]}
        >
          <Input autoFocus autoComplete="off" spellCheck={false} />
        </Form.Item>
        <ProfileFields />
      </Form>
    </Modal>
  );
}
