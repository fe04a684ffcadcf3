import { useTranslation } from "react-i18next";

/** The catalogue's codes in words; one that is not known stays as it is. */
export function useMatterWords() {
  const { t, i18n } = useTranslation("matters");
  const { t: cases } = useTranslation("cases");

  const known = (key: string, code: string): string =>
    i18n.exists(key, { ns: "matters" }) ? t(key as "levels.street") : code;

  function word(property: string, code: string): string {
    switch (property) {
      case "level":
        return known(`levels.${code}`, code);
      case "cross_handling_scope":
        return known(`scopes.${code}`, code);
      case "status":
        return known(`statuses.${code}`, code);
      case "type":
        return known(`fieldType.${code}`, code);
      case "handling":
        return i18n.exists(`handling.${code}`, { ns: "cases" })
          ? cases(`handling.${code}` as "handling.direct")
          : code;
      default:
        return code;
    }
  }

  /** A limit in working days, in words. */
  const days = (count: number): string => (count === 0 ? t("sameDay") : t("days", { count }));

  /** `home_street:民政科` → 归属街道 · 民政科 */
  function selector(unit: string): string {
    const [place = "", name] = unit.split(":");
    const key = place === "home_community" && name ? "home_community_unit" : place;
    return i18n.exists(`selector.${key}`, { ns: "matters" })
      ? t(`selector.${key}` as "selector.district", { unit: name ?? "" })
      : unit;
  }

  return { word, days, selector };
}
