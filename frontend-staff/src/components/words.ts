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

export function useRoleName() {
  const { t, i18n } = useTranslation();
  return (role: string): string =>
    i18n.exists(`role.${role}`) ? t(`role.${role}` as "role.clerk") : role;
}
