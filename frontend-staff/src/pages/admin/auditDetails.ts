/** What an audit line says besides its action, in words; what has none stays readable. */
import { useTranslation } from "react-i18next";
import { useRoleName } from "@/components/words";

type Details = Record<string, unknown>;

/** Of a longer list the beginning is shown and how many there are. */
const SHOWN = 12;

/** Where the values of a detail have their words, if not among the audit log's own. */
const VOCABULARIES: Record<string, string> = {
  status: "cases:status",
  outcome: "cases:outcome",
  flag: "cases:flag",
  channel: "cases:channel",
  handling: "cases:handling",
  case_kind: "cases:caseKind",
  cross_handling: "cases:cross",
  linkage: "cases:linkage",
  kind: "common:kind",
  columns: "cases:col",
};

function useKnown() {
  const { t, i18n } = useTranslation("audit");
  return (key: string): string | undefined =>
    i18n.exists(key, { ns: "audit" }) ? t(key as "keys.name") : undefined;
}

/** A line each: `授予：受理员（110102010）`. */
export function useAuditDetails(): (details: Details) => string[] {
  const { t } = useTranslation("audit");
  const { t: c } = useTranslation();
  const known = useKnown();
  const roleName = useRoleName();

  const label = (key: string) => known(`keys.${key}`) ?? key.replaceAll("_", " ");

  /** A pointer into a case or matter (`/applicant/id_number`), a role held somewhere, or a word. */
  function words(key: string, text: string): string {
    if (/^\/\w/.test(text)) {
      const parts = text.slice(1).split("/");
      return parts.map((part) => known(`keys.${part}`) ?? part).join(" · ");
    }
    const grant = /^(\w+)@(.+)$/.exec(text);
    if (grant?.[1] && grant[2]) return t("at", { role: roleName(grant[1]), organisation: grant[2] });
    if (key === "fields") return label(text);
    const own = VOCABULARIES[key];
    return (own && known(`${own}.${text}`)) ?? known(`values.${text}`) ?? text;
  }

  function said(key: string, value: unknown): string {
    if (typeof value === "boolean") return c(value ? "yes" : "no");
    if (Array.isArray(value)) {
      const listed = value.slice(0, SHOWN).map((one) => said(key, one));
      const all = listed.join(c("comma")) || t("values.none");
      return value.length > SHOWN ? t("more", { listed: all, count: value.length }) : all;
    }
    if (typeof value === "object" && value !== null) {
      return lines(value as Details).join(c("semicolon")) || t("values.none");
    }
    return typeof value === "string" ? words(key, value) : String(value);
  }

  function lines(details: Details): string[] {
    return Object.entries(details)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => `${label(key)}${c("colon")}${said(key, value)}`);
  }

  return lines;
}

/** `staff:ds-clerk` → `账号 ds-clerk`. */
export function useAuditSubject() {
  const known = useKnown();
  return (subject: string): string => {
    const at = subject.indexOf(":");
    const [kind, name] = at < 0 ? [subject, ""] : [subject.slice(0, at), subject.slice(at + 1)];
    const shown = name === "unknown" ? known("subjects.unknown") : name;
    return [known(`subjects.${kind}`) ?? kind, shown].filter(Boolean).join(" ");
  };
}

/** A reason that somebody wrote, or the words of one that the platform gave. */
export function useAuditReason() {
  const known = useKnown();
  return (reason: string | null): string =>
    reason ? (known(`reasons.${reason.replaceAll(" ", "_")}`) ?? reason) : "—";
}
