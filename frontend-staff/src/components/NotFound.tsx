import { CompassOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { State } from "@/components/State";

export function NotFound() {
  const { t } = useTranslation();
  return (
    <State icon={<CompassOutlined />} title={t("notFound.title")} hint={t("notFound.hint")} level="h1">
      <Link to="/">{t("notFound.home")}</Link>
    </State>
  );
}
