import { Form, Input } from "antd";
import { useTranslation } from "react-i18next";

/** How to reach an organisation. */
export function ContactFields() {
  const { t } = useTranslation("admin");
  return (
    <>
      <p className="muted">{t("organisations.contactHint")}</p>
      <Form.Item name="address" label={t("organisations.address")}>
        <Input maxLength={200} autoComplete="off" />
      </Form.Item>
      <Form.Item name="telephone" label={t("organisations.telephone")}>
        <Input maxLength={60} autoComplete="off" />
      </Form.Item>
      <Form.Item name="opening_hours" label={t("organisations.hours")}>
        <Input maxLength={200} autoComplete="off" placeholder={t("organisations.hoursExample")} />
      </Form.Item>
    </>
  );
}
