import { Skeleton } from "antd";
import { useTranslation } from "react-i18next";

export function PageLoading() {
  const { t } = useTranslation();
  return (
    <div aria-busy="true" aria-live="polite">
      <span className="visually-hidden">{t("loading")}</span>
      <Skeleton active paragraph={{ rows: 7 }} title={false} />
    </div>
  );
}
