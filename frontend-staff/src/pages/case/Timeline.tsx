import { SafetyCertificateOutlined, WarningOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert } from "antd";
import { useTranslation } from "react-i18next";
import { apiQuery } from "@/api/client";
import type { components } from "@/api/schema";
import { formatMoment } from "@/components/dates";
import { Loaded } from "@/components/Loaded";
import { useWords } from "@/components/words";
import { useEventFacts } from "@/pages/case/eventFacts";

type Case = components["schemas"]["CaseOut"];
type Event = components["schemas"]["EventOut"];

/** The whole history, latest first, with the verdict on its chain. */
export function Timeline({ data, number }: { data: Case; number: string }) {
  const { t } = useTranslation("cases");
  const factsOf = useEventFacts(data);
  const events = useQuery(apiQuery("/api/v1/cases/{number}/events", { path: { number } }));
  return (
    <section className="panel" aria-labelledby="case-timeline">
      <h2 id="case-timeline">{t("case.timeline")}</h2>
      <Loaded query={events}>
        {({ items, intact }) => (
          <>
            {intact ? (
              <p className="muted">
                <SafetyCertificateOutlined aria-hidden /> {t("case.intact")}
              </p>
            ) : (
              <Alert
                type="error"
                showIcon
                icon={<WarningOutlined />}
                title={t("case.broken")}
                style={{ marginBottom: 12 }}
              />
            )}
            <ol className="timeline" reversed>
              {items.toReversed().map((event) => (
                <TimelineItem key={event.seq} event={event} facts={factsOf(event)} />
              ))}
            </ol>
          </>
        )}
      </Loaded>
    </section>
  );
}

function TimelineItem({ event, facts }: { event: Event; facts: string[] }) {
  const { t } = useTranslation("cases");
  const words = useWords();
  const who = event.actor === null ? t("case.system") : event.actor_name;
  return (
    <li>
      <strong>{words("event", event.event)}</strong>
      <div>
        {who}
        {event.organisation_name && ` · ${event.organisation_name}`}
      </div>
      <time dateTime={event.at}>{formatMoment(event.at)}</time>
      {facts.length > 0 && (
        <ul className="timeline-facts">
          {facts.map((fact) => (
            <li key={fact}>{fact}</li>
          ))}
        </ul>
      )}
      {event.comment && <blockquote>{event.comment}</blockquote>}
    </li>
  );
}
