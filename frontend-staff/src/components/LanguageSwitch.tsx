import { GlobalOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { changeLanguage, currentLanguage } from "@/app/i18n";

export function LanguageSwitch() {
  useTranslation();
  const other = currentLanguage() === "en" ? "zh-CN" : "en";
  return (
    <Button
      type="text"
      icon={<GlobalOutlined />}
      lang={other}
      onClick={() => void changeLanguage(other)}
    >
      {other === "en" ? "English" : "中文"}
    </Button>
  );
}
