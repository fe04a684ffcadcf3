import { useEffect, useState } from "react";

import type { Answer, Asked } from "./stream";
import type { TabletTexts } from "./texts";

const LEVELS = [5, 4, 3, 2, 1];
/** Mouths by level, from a smile to a frown. */
const MOUTHS: Record<number, string> = {
  5: "M26 58 Q50 86 74 58 Z",
  4: "M30 60 Q50 78 70 60",
  3: "M32 65 H68",
  2: "M30 72 Q50 56 70 72",
  1: "M28 76 Q50 50 72 76",
};

/** The five faces. When the time is over it counts as no rating. */
export function Faces(props: { asked: Asked; say: TabletTexts; onAnswer: (answer: Answer) => void }) {
  const { asked, say, onAnswer } = props;
  const left = useSecondsLeft(asked.expires);
  useEffect(() => {
    if (left <= 0) {
      onAnswer({ level: null, reason: "timeout" });
    }
  }, [left, onAnswer]);

  return (
    <section className="faces" aria-labelledby="question">
      <h1 id="question">{say.question}</h1>
      <ul>
        {LEVELS.map((level) => (
          <li key={level}>
            <button type="button" data-level={level} onClick={() => onAnswer({ level })}>
              <svg viewBox="0 0 100 100" aria-hidden="true">
                <circle cx="50" cy="50" r="46" />
                <circle cx="34" cy="40" r="6" />
                <circle cx="66" cy="40" r="6" />
                <path d={MOUTHS[level]} />
              </svg>
              {say.levels[level]}
            </button>
          </li>
        ))}
      </ul>
      <p>
        <button type="button" onClick={() => onAnswer({ level: null, reason: "skipped" })}>
          {say.skip}
        </button>
        <span className="quiet">{say.seconds(Math.max(0, left))}</span>
      </p>
    </section>
  );
}

function useSecondsLeft(expires: Date): number {
  const [left, setLeft] = useState(() => secondsUntil(expires));
  useEffect(() => {
    const timer = setInterval(() => setLeft(secondsUntil(expires)), 500);
    return () => clearInterval(timer);
  }, [expires]);
  return left;
}

function secondsUntil(moment: Date): number {
  return Math.ceil((moment.getTime() - Date.now()) / 1000);
}
