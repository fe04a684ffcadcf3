import { Form, Input } from "antd";
import { useTranslation } from "react-i18next";
import { useReach } from "@/app/reach";
import { OrganisationSelect } from "@/components/OrganisationSelect";

/** Name, organisation and contact of an account. */
export function ProfileFields() {
  const { t } = useTranslation("admin");
  const within = useReach("accounts.edit");
  return (
    <>
      <Form.Item
        name="name"
        label={t("accounts.name")}
        rules={[{ required: true, message: t("accounts.missing", { title: t("accounts.name") }) }]}
      >
        <Input maxLength={60} autoComplete="off" />
      </Form.Item>
      <Form.Item
        name="organisation_code"
        label={t("accounts.organisation")}
        rules={[
          { required: true, message: t("accounts.missing", { title: t("accounts.organisation") }) },
        ]}
      >
        <OrganisationSelect allowClear={false} fits={within} />
      </Form.Item>
      <Form.Item name="email" label={t("accounts.email")}>
        <Input type="email" autoComplete="off" />
      </Form.Item>
      <Form.Item name="mobile" label={t("accounts.mobile")}>
        <Input inputMode="tel" maxLength={20} autoComplete="off" />
      </Form.Item>
    </>
  );
}
