import { useState } from "react";

import { useLanguage } from "./language";
import { texts } from "./texts";

/** Instead of a page whose code did not come. It is loaded anew once the server answers again. */
export function MissingPart() {
  const [language, setLanguage] = useLanguage();
  const [away, setAway] = useState(false);
  const say = texts[language];
  const other = language === "en" ? "zh-CN" : "en";

  async function reload() {
    setAway(false);
    // Without a server a reload would end on the browser's own error page.
    const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
    if (answer?.ok) {
      location.reload();
    } else {
      setAway(true);
    }
  }

  return (
    <>
      <header className="bar">
        <p className="brand">
          <strong>{say.name}</strong>
        </p>
        <button type="button" lang={other} onClick={() => setLanguage(other)}>
          {say.otherLanguage}
        </button>
      </header>
      <main>
        <section className="hero" role="alert">
          <h1>{say.missing.title}</h1>
          <p>{say.missing.text}</p>
          {away && <p>{say.away}</p>}
          <p>
            <button type="button" onClick={() => void reload()}>
              {say.reload}
            </button>
          </p>
        </section>
      </main>
    </>
  );
}
