import { Typography } from "antd";
import { useTranslation } from "react-i18next";

/** A password that is shown this once. */
export function OneTimePassword({ password }: { password: string }) {
  const { t } = useTranslation("admin");
  return (
    <>
      <p>{t("accounts.oneTimeHint")}</p>
      <Typography.Text className="mono" copyable strong style={{ fontSize: 18 }}>
        {password}
      </Typography.Text>
    </>
  );
}
