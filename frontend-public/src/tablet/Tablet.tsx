import "./tablet.css";

import { type FormEvent, useEffect, useState } from "react";

import { useLanguage } from "../language";
import { texts } from "../texts";
import { Faces } from "./Faces";
import { forget, type Identity, load, pair, PairingRefused } from "./identity";
import { type Answer, answer, type Asked, connect } from "./stream";
import { type TabletTexts, tabletTexts } from "./texts";

const THANKED_FOR = 5000;

type Problem = "refused" | "offline" | "old" | "revoked";

/** What stands on the counter's tablet: a welcome, and the five faces when the server asks. */
export default function Tablet() {
  const [language, setLanguage] = useLanguage();
  const say = tabletTexts[language];
  const [identity, setIdentity] = useState<Identity | null | undefined>(undefined);
  const [problem, setProblem] = useState<Problem>();

  useEffect(() => {
    void load().then(setIdentity, () => setProblem("old"));
  }, []);
  useEffect(() => {
    document.title = `${say.title} · ${texts[language].name}`;
  }, [say, language]);

  const other = language === "en" ? "zh-CN" : "en";
  return (
    <div className="tablet">
      <header className="bar">
        <p className="brand">
          <img src="/favicon.svg" alt="" width="36" height="36" />
          <strong>{identity ? identity.window : texts[language].name}</strong>
        </p>
        <button type="button" lang={other} onClick={() => setLanguage(other)}>
          {texts[language].otherLanguage}
        </button>
      </header>
      <main>
        {identity ? (
          <Paired
            identity={identity}
            say={say}
            onRevoked={() => {
              setProblem("revoked");
              void forget().then(() => setIdentity(null));
            }}
          />
        ) : (
          identity === null && (
            <Pairing
              say={say}
              problem={problem}
              onProblem={setProblem}
              onPaired={(paired) => {
                setProblem(undefined);
                setIdentity(paired);
              }}
            />
          )
        )}
        {identity === undefined && problem === "old" && <p role="alert">{say.old}</p>}
      </main>
    </div>
  );
}

function Pairing(props: {
  say: TabletTexts;
  problem: Problem | undefined;
  onProblem: (problem: Problem) => void;
  onPaired: (identity: Identity) => void;
}) {
  const { say, problem, onProblem, onPaired } = props;
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    try {
      onPaired(await pair(String(form.get("code")), String(form.get("name"))));
    } catch (error) {
      onProblem(problemOf(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <form className="pairing" onSubmit={(event) => void submit(event)}>
      <h1>{say.pairHeading}</h1>
      <p>{say.pairLead}</p>
      {problem && <p role="alert">{say[problem]}</p>}
      <label>
        {say.code}
        <input name="code" required autoComplete="off" autoCapitalize="characters" maxLength={40} />
      </label>
      <label>
        {say.name}
        <input name="name" required defaultValue={say.title} maxLength={60} />
      </label>
      <button type="submit" disabled={busy}>
        {say.pair}
      </button>
    </form>
  );
}

function problemOf(error: unknown): Problem {
  if (error instanceof PairingRefused) {
    return "refused";
  }
  return error instanceof TypeError ? "offline" : "old";
}

function Paired(props: { identity: Identity; say: TabletTexts; onRevoked: () => void }) {
  const { identity, say, onRevoked } = props;
  const [online, setOnline] = useState(false);
  const [asked, setAsked] = useState<Asked>();
  const [thanked, setThanked] = useState(false);

  useEffect(
    () =>
      connect(identity, {
        asked: (command) => {
          setThanked(false);
          setAsked(command);
        },
        cancelled: (id) => setAsked((current) => (current?.id === id ? undefined : current)),
        online: setOnline,
        revoked: onRevoked,
      }),
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- one stream as long as the identity
    [identity],
  );
  useEffect(() => {
    if (thanked) {
      const timer = setTimeout(() => setThanked(false), THANKED_FOR);
      return () => clearTimeout(timer);
    }
    return undefined;
  }, [thanked]);

  function give(result: Answer) {
    if (asked) {
      setAsked(undefined);
      setThanked(result.level !== null);
      void answer(identity, asked.id, result);
    }
  }

  if (asked) {
    return <Faces key={asked.id} asked={asked} say={say} onAnswer={give} />;
  }
  const words = thanked ? [say.thanks, say.thanksNote] : [say.welcome, say.welcomeNote];
  return (
    <section className="greeting" aria-live="polite">
      <h1>{words[0]}</h1>
      <p>{words[1]}</p>
      {!online && <p className="quiet">{say.connecting}</p>}
    </section>
  );
}
