import { useEffect, useEffectEvent } from "react";
import { useTranslation } from "react-i18next";

type Handlers = Partial<Record<"Ctrl+Enter" | "Ctrl+s" | "Alt+a" | "Alt+n" | "Alt+o" | "Alt+p", () => void>>;

/** Runs a handler for its keys, wherever the focus is on the page itself. */
export function useShortcuts(handlers: Handlers): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const modifier = event.altKey ? "Alt+" : event.ctrlKey || event.metaKey ? "Ctrl+" : "";
    const handler = handlers[`${modifier}${event.key}` as keyof Handlers];
    if (!modifier || !handler) return;
    event.preventDefault();
    // What is typed in a dialog is not meant for the page below it.
    if (!(event.target as Element).closest("[role=dialog]")) handler();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    document.addEventListener("keydown", listener);
    return () => document.removeEventListener("keydown", listener);
  }, []);
}

export function Shortcuts() {
  const { t } = useTranslation("cases");
  return (
    <section className="panel" aria-labelledby="accept-keys">
      <h2 id="accept-keys">{t("accept.shortcuts")}</h2>
      <dl className="pairs">
        <dt>
          <kbd>Alt</kbd> <kbd>A</kbd>
        </dt>
        <dd>{t("accept.allReceived")}</dd>
        <dt>
          <kbd>Ctrl</kbd> <kbd>Enter</kbd>
        </dt>
        <dd>{t("accept.submit")}</dd>
        <dt>
          <kbd>Ctrl</kbd> <kbd>S</kbd>
        </dt>
        <dd>{t("accept.saveDraft")}</dd>
        <dt>
          <kbd>Alt</kbd> <kbd>N</kbd>
        </dt>
        <dd>{t("accept.new")}</dd>
      </dl>
    </section>
  );
}
