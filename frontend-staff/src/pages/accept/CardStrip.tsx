import { IdcardOutlined, LoadingOutlined } from "@ant-design/icons";
import { Button, Form } from "antd";
import { createContext, useContext, useEffect, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Card } from "@/devices/commands";
import { rememberTaken, useCardWait, type Reading } from "@/devices/useCardWait";
import { useFaultWords } from "@/devices/words";
import type { AcceptValues } from "@/pages/accept/values";
import "@/devices/devices.css";

type Who = "applicant" | "agent";
type Cards = Partial<Record<Who, Card>>;

const CardsContext = createContext<Cards>({});

/** As long as the API keeps what a card said: nothing of a face stays in a page left open. */
const PHOTO_SHOWN_MS = 15 * 60_000;

interface Props {
  onFilled: () => void;
  children: ReactNode;
}

/** Waits for a card and fills the applicant in from it; one who differs is offered, not put over. */
export function CardStrip({ onFilled, children }: Props) {
  const form = Form.useFormInstance<AcceptValues>();
  const [cards, setCards] = useState<Cards>({});
  const [offered, setOffered] = useState<Reading | null>(null);

  useEffect(() => {
    if (!Object.values(cards).some(({ photo }) => photo)) return;
    const dropping = setTimeout(() => setCards(withoutPhotos(cards)), PHOTO_SHOWN_MS);
    return () => clearTimeout(dropping);
  }, [cards]);

  function take(reading: Reading, who: Who) {
    const { card } = reading;
    fillIn(form, card, who);
    rememberTaken(reading);
    setCards({ ...cards, [who]: card });
    setOffered(null);
    onFilled();
  }

  const wait = useCardWait((reading) => {
    const { card } = reading;
    const there = form.getFieldValue("applicant") as AcceptValues["applicant"];
    const free = there.kind === "person" && !there.name && !there.id_number;
    if (free || there.id_number === card.id_number) take(reading, "applicant");
    else setOffered(reading);
  });

  return (
    <CardsContext value={cards}>
      {wait.state !== "off" && <Strip wait={wait} offered={offered} onTake={take} />}
      {children}
    </CardsContext>
  );
}

function withoutPhotos(cards: Cards): Cards {
  return Object.fromEntries(
    Object.entries(cards).map(([who, card]) => [who, { ...card, photo: null }]),
  );
}

function fillIn(form: ReturnType<typeof Form.useFormInstance<AcceptValues>>, card: Card, who: Who) {
  const { name, id_number } = card;
  if (who === "agent") {
    form.setFieldsValue({ agent: { name, id_number } });
    return;
  }
  const address = card.address ? { address: card.address } : {};
  form.setFieldsValue({ applicant: { kind: "person", name, id_number, ...address } });
}

interface StripProps {
  wait: ReturnType<typeof useCardWait>;
  offered: Reading | null;
  onTake: (reading: Reading, who: Who) => void;
}

function Strip({ wait, offered, onTake }: StripProps) {
  const { t } = useTranslation("devices");
  const words = useFaultWords();
  const waiting = wait.state === "waiting";
  const says = {
    off: "",
    missing: t("card.missing"),
    unknown: t("health.unknown"),
    waiting: t(wait.stale ? "card.stale" : "card.waiting"),
    read: offered ? t("card.offered", { name: offered.card.name }) : t("card.read"),
    tired: t("card.tired"),
    failed: t("card.failed", { reason: words.of(wait.fault) }),
  }[wait.state];
  return (
    <div className={wait.state === "read" ? "card-strip card-strip-read" : "card-strip"}>
      {waiting ? <LoadingOutlined aria-hidden /> : <IdcardOutlined aria-hidden />}
      <span role="status">{says}</span>
      {offered && (
        <>
          <Button size="small" type="primary" onClick={() => onTake(offered, "applicant")}>
            {t("card.asApplicant")}
          </Button>
          <Button size="small" onClick={() => onTake(offered, "agent")}>
            {t("card.asAgent")}
          </Button>
        </>
      )}
      {wait.state !== "missing" && wait.state !== "unknown" && (!waiting || wait.stale) && (
        <Button size="small" onClick={wait.again}>
          {t(waiting ? "card.same" : "card.again")}
        </Button>
      )}
    </div>
  );
}

/** Beside a field as long as it says what the card said. */
export function FromCard({ who, field }: { who: Who; field: "name" | "id_number" | "address" }) {
  const { t } = useTranslation("devices");
  const card = useContext(CardsContext)[who];
  const value: unknown = Form.useWatch([who, field]);
  if (!card || !card[field] || value !== card[field]) return null;
  return (
    <span className={card.authenticated ? "from-card" : "from-card from-card-unproved"}>
      <IdcardOutlined aria-hidden /> {t(card.authenticated ? "card.mark" : "card.markUnproved")}
    </span>
  );
}

/**
 * Whom the card shows, beside the fields as long as the number is the card's. It is the page's only:
 * no field of the form, so no draft and no case has it.
 */
export function CardPhoto({ who }: { who: Who }) {
  const { t } = useTranslation("devices");
  const card = useContext(CardsContext)[who];
  const number: unknown = Form.useWatch([who, "id_number"]);
  if (!card?.photo || number !== card.id_number) return null;
  return (
    <img
      className="card-photo"
      src={`data:image/jpeg;base64,${card.photo}`}
      alt={t("card.photo", { name: card.name })}
      width={102}
      height={126}
    />
  );
}
