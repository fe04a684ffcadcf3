import { useQueryClient } from "@tanstack/react-query";
import { App, Form, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { client, unwrap } from "@/api/client";
import { idempotencyKey } from "@/api/idempotencyKey";
import type { components } from "@/api/schema";
import { FormDialog } from "@/components/FormDialog";
import { OneTimePassword } from "@/pages/admin/OneTimePassword";
import { ProfileFields } from "@/pages/admin/ProfileFields";

type NewStaff = components["schemas"]["NewStaff"];

export function NewAccountDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("admin");
  const { modal } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<NewStaff>();
  // The first password is shown once: where the answer was lost, sending again shows the same one.
  const [key] = useState(() => idempotencyKey());

  async function make(values: NewStaff) {
    const body = { ...values, email: values.email || null, mobile: values.mobile || null };
    const { one_time_password } = await unwrap(
      client.POST("/api/v1/staff", { params: { header: { "Idempotency-Key": key } }, body }),
    );
    await queries.invalidateQueries({ queryKey: ["/api/v1/staff"] });
    onClose();
    modal.success({
      title: t("accounts.created"),
      content: <OneTimePassword password={one_time_password} />,
      keyboard: false, // what is shown once is not closed in passing
    });
  }

  return (
    <FormDialog title={t("accounts.new")} form={form} onSubmit={make} onClose={onClose}>
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
        <Input autoComplete="off" spellCheck={false} />
      </Form.Item>
      <ProfileFields />
    </FormDialog>
  );
}
