import { LockOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import { State } from "@/components/State";

export function NoPermission() {
  const { t } = useTranslation();
  return (
    <State icon={<LockOutlined />} title={t("forbidden.title")} hint={t("forbidden.hint")} level="h1" />
  );
}
