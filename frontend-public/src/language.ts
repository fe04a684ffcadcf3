import { useEffect, useState } from "react";

import { type Language, type NoticeName, texts } from "./texts";

const KEY = "tongban-language";

/** The page's language: what was chosen before, else the browser's, else Chinese. Names the tab. */
export function useLanguage(page?: NoticeName): [Language, (chosen: Language) => void] {
  const [language, setLanguage] = useState(initial);

  useEffect(() => {
    const { name, subtitle, notices } = texts[language];
    document.documentElement.lang = language;
    document.title = page ? `${notices[page].heading} · ${name}` : `${name} · ${subtitle}`;
    localStorage.setItem(KEY, language);
  }, [language, page]);

  return [language, setLanguage];
}

function initial(): Language {
  const wanted = localStorage.getItem(KEY) ?? navigator.language;
  return wanted.startsWith("en") ? "en" : "zh-CN";
}
