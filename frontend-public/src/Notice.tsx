import type { NoticeTexts, Texts } from "./texts";

/** What a QR code on a paper leads to until the online hall opens: what can be done today. */
export function Notice({ texts, say }: { texts: NoticeTexts; say: Texts }) {
  const number = new URLSearchParams(location.search).get("number") ?? "";
  return (
    <>
      <section className="hero">
        <h1>{texts.heading}</h1>
        <p>{texts.lead}</p>
        {/^\d{22}$/.test(number) && (
          <p>
            {say.caseNumber} <span className="number">{number}</span>
          </p>
        )}
      </section>
      <section aria-labelledby="today">
        <h2 id="today">{say.today}</h2>
        <ul className="steps plain">
          {texts.today.map((way) => (
            <li key={way.title}>
              <h3>{way.title}</h3>
              <p>{way.text}</p>
            </li>
          ))}
        </ul>
      </section>
      <section aria-labelledby="later">
        <h2 id="later">
          {texts.later.title} <span className="coming">{say.coming}</span>
        </h2>
        <p>{texts.later.text}</p>
      </section>
      <p>
        <a href="/">{say.home}</a>
      </p>
    </>
  );
}
