import { GlobalOutlined } from "@ant-design/icons";
import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import { changeLanguage, currentLanguage } from "@/app/i18n";

export function LanguageSwitch() {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const other = currentLanguage() === "en" ? "zh-CN" : "en";
  return (
    <Button
      type="text"
      icon={<GlobalOutlined />}
      lang={other}
      onClick={() => void changeLanguage(other).catch(() => message.error(t("languageMissing")))}
    >
      {other === "en" ? "English" : "中文"}
    </Button>
  );
}
