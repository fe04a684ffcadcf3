import dayjs from "dayjs";
import "dayjs/locale/zh-cn";
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import zhCN from "@/locales/zh-CN";

export type Language = "zh-CN" | "en";

const STORED = "tongban.language";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "common";
    resources: typeof zhCN;
  }
}

export function currentLanguage(): Language {
  return i18next.language === "en" ? "en" : "zh-CN";
}

/**
 * Loads the language's texts if they are not there yet, and turns the page over to it. Rejects, and
 * the language stays, where they do not come.
 */
export async function changeLanguage(language: Language): Promise<void> {
  if (language === "en" && !i18next.hasResourceBundle("en", "common")) {
    const { default: en } = await import("@/locales/en");
    for (const [namespace, texts] of Object.entries(en)) {
      i18next.addResourceBundle("en", namespace, texts);
    }
  }
  await i18next.changeLanguage(language);
  dayjs.locale(language === "en" ? "en" : "zh-cn");
  document.documentElement.lang = language;
  localStorage.setItem(STORED, language);
}

export async function startLanguage(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: "zh-CN",
    fallbackLng: "zh-CN",
    ns: Object.keys(zhCN),
    defaultNS: "common",
    resources: { "zh-CN": zhCN },
    interpolation: { escapeValue: false },
  });
  const stored = localStorage.getItem(STORED) === "en" ? "en" : "zh-CN";
  // Without its texts the page starts in Chinese, and English stays chosen for the next time.
  await changeLanguage(stored).catch(() => undefined);
}
