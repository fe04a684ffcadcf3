import { useEffect, useState } from "react";

import { type Language, texts } from "./texts";

const KEY = "tongban-language";

/** The page's language: what was chosen before, else the browser's, else Chinese. */
export function useLanguage(): [Language, (chosen: Language) => void] {
  const [language, setLanguage] = useState(initial);

  useEffect(() => {
    const { name, subtitle } = texts[language];
    document.documentElement.lang = language;
    document.title = `${name} · ${subtitle}`;
    localStorage.setItem(KEY, language);
  }, [language]);

  return [language, setLanguage];
}

function initial(): Language {
  const wanted = localStorage.getItem(KEY) ?? navigator.language;
  return wanted.startsWith("en") ? "en" : "zh-CN";
}
