import { useLanguage } from "./language";
import { Notice } from "./Notice";
import { type NoticeName, type Texts, texts } from "./texts";

/** Where the QR codes on printed papers lead. */
const NOTICES: Record<string, NoticeName> = { "/evaluate": "evaluate", "/progress": "progress" };

export function App() {
  const notice = NOTICES[location.pathname];
  const [language, setLanguage] = useLanguage(notice);
  const say = texts[language];
  const other = language === "en" ? "zh-CN" : "en";

  return (
    <>
      <a className="skip" href="#content">
        {say.skip}
      </a>
      <header className="bar">
        <p className="brand">
          <img src="/favicon.svg" alt="" width="36" height="36" />
          <span>
            <strong>{say.name}</strong>
            <span className="subtitle">{say.subtitle}</span>
          </span>
        </p>
        <button type="button" lang={other} onClick={() => setLanguage(other)}>
          {say.otherLanguage}
        </button>
      </header>
      <main id="content" tabIndex={-1}>
        {notice ? <Notice texts={say.notices[notice]} say={say} /> : <Home say={say} />}
      </main>
      <footer className="bar">
        <a href="/staff/">{say.staff}</a>
        <span>{say.licence}</span>
      </footer>
    </>
  );
}

function Home({ say }: { say: Texts }) {
  return (
    <>
      <section className="hero">
        <h1>{say.heading}</h1>
        <p>{say.lead}</p>
      </section>
      <AtTheCounter say={say} />
      <Online say={say} />
    </>
  );
}

function AtTheCounter({ say }: { say: Texts }) {
  return (
    <section aria-labelledby="how">
      <h2 id="how">{say.howHeading}</h2>
      <ol className="steps">
        {say.how.map((step) => (
          <li key={step.title}>
            <h3>{step.title}</h3>
            <p>{step.text}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Online({ say }: { say: Texts }) {
  return (
    <section aria-labelledby="online">
      <h2 id="online">{say.onlineHeading}</h2>
      <p>{say.onlineNote}</p>
      <ul className="services">
        {say.online.map((service) => (
          <li key={service.title}>
            <h3>
              {service.title} <span className="coming">{say.coming}</span>
            </h3>
            <p>{service.text}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
