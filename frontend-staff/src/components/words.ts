/** Names of codes that the API may add to: known ones in words, others as they are. */
import { useTranslation } from "react-i18next";

type Vocabulary =
  | "event"
  | "function"
  | "handling"
  | "caseKind"
  | "suspension"
  | "received"
  | "decision"
  | "collection"
  | "missed"
  | "part"
  | "cross"
  | "linkage";

export function useWords() {
  const { t, i18n } = useTranslation("cases");
  return (vocabulary: Vocabulary, code: string | null | undefined): string => {
    if (!code) return "—";
    const key = `${vocabulary}.${code}`;
    return i18n.exists(key, { ns: "cases" }) ? t(key as "event.accepted") : code;
  };
}

/** In which form a material is asked for; how often only where it is more than once. */
export function useNeed() {
  const { t } = useTranslation("cases");
  const words = useWords();
  return ({ kind, copies }: { kind: string; copies: number }): string =>
    copies > 1
      ? `${words("received", kind)} · ${t("case.copies", { count: copies })}`
      : words("received", kind);
}

export function useRoleName() {
  const { t, i18n } = useTranslation();
  return (role: string): string =>
    i18n.exists(`role.${role}`) ? t(`role.${role}` as "role.clerk") : role;
}
