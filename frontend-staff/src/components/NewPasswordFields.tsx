import { Form, Input } from "antd";
import { useTranslation } from "react-i18next";

/** `new` and its repetition, for the two places where a password is set. */
export function NewPasswordFields() {
  const { t } = useTranslation("shell");
  return (
    <>
      <Form.Item
        name="new"
        label={t("password.new")}
        extra={t("password.hint")}
        rules={[{ required: true, message: t("login.passwordMissing") }]}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      <Form.Item
        name="repeat"
        label={t("password.repeat")}
        dependencies={["new"]}
        rules={[
          ({ getFieldValue }) => ({
            required: true,
            validator: (_, value: string) =>
              value === getFieldValue("new")
                ? Promise.resolve()
                : Promise.reject(new Error(t("password.mismatch"))),
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
    </>
  );
}
