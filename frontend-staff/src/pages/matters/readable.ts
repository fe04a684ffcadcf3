/** What a part of a definition says, in the office's words: for whoever compares two versions. */
import { useTranslation } from "react-i18next";
import { useRoleName, useWords } from "@/components/words";
import { useMatterWords } from "@/pages/matters/words";

type Parts = Record<string, unknown>;

/** Where a property's codes have their words, within the texts of the matters. */
const VOCABULARIES: Record<string, string> = {
  level: "levels",
  cross_handling_scope: "scopes",
  home_basis: "homeBases",
  acceptance_mode: "modes",
  missed_promise_action: "missedPromises",
  "result/kind": "resultKinds",
  type: "fieldType",
};

/** The same for what properties inside materials, fields and steps are called. */
const LABELS: Record<string, string> = {
  key: "field.key",
  title: "field.title",
  type: "field.type",
  required: "field.required",
  enum: "field.enum",
  minimum: "field.minimum",
  maximum: "field.maximum",
  maxLength: "field.maxLength",
  visible_if: "field.visibleIf",
  items: "field.items",
  name: "material.name",
  kind: "material.kind",
  copies: "material.copies",
  document_kind: "material.documentKind",
  e_licence: "material.eLicence",
  deferrable: "material.deferrable",
  note: "material.note",
  function: "process.step",
  unit: "process.unit",
  role: "process.role",
  limit_days: "process.limit",
  condition: "process.condition",
  parallel_group: "process.group",
  equals: "condition.equals",
  in: "condition.in",
  gt: "condition.gt",
  ge: "condition.ge",
  lt: "condition.lt",
  le: "condition.le",
  present: "condition.filled",
  field: "condition.field",
  all: "condition.all",
  any: "condition.any",
  not: "condition.not",
};

/** Of a definition's own properties those whose texts are not called like them. */
const OWN_LABELS: Record<string, string> = {
  cross_handling_scope: "scope",
  acceptance_mode: "mode",
  missed_promise_action: "missedPromise",
  extension_days_max: "extensionMax",
  retention_years: "retention",
  approving_unit: "approvingUnit",
  "approving_unit/level": "approvingLevel",
  "approving_unit/unit": "approvingUnit",
  "result/name": "resultName",
  "result/kind": "resultKind",
  process: "draft.process",
  materials: "draft.materials",
  form: "draft.form",
};
const LISTS: ReadonlySet<string> = new Set(["process", "materials", "form"]);

/** Where in a definition a pointer leads, in words: `材料 · 收入证明 · 份数`. */
export function useLabel(): (pointer: string, names: string[]) => string {
  const { t, i18n } = useTranslation("matters");
  const known = (key: string | undefined, other: string): string =>
    key && i18n.exists(key, { ns: "matters" }) ? t(key as "levels.street") : other;
  return (pointer, names) => {
    const way = pointer.slice(1);
    const [top = "", ...rest] = way.split("/");
    if (!LISTS.has(top)) {
      const last = rest.at(-1) ?? top;
      return known(OWN_LABELS[way] ?? last.replaceAll(/_(.)/g, (_, one: string) => one.toUpperCase()), way);
    }
    // Keys and properties by turns: an item itself has as many of the one as of the other.
    const property = rest.length % 2 === 0 ? rest.at(-1) : undefined;
    return [known(OWN_LABELS[top], top), ...names, ...(property ? [known(LABELS[property], property)] : [])].join(" · ");
  };
}

const SENTENCES: ReadonlySet<string> = new Set(["/legal_basis", "/conditions"]);

/** An empty text for what is not said. */
export function useReadable(): (pointer: string, value: unknown) => string {
  const { t, i18n } = useTranslation("matters");
  const { t: c } = useTranslation();
  const words = useWords();
  const roleName = useRoleName();
  const { selector } = useMatterWords();

  const known = (key: string, other: string): string =>
    key && i18n.exists(key, { ns: "matters" }) ? t(key as "levels.street") : other;

  function word(pointer: string, code: string): string {
    const property = pointer.slice(pointer.lastIndexOf("/") + 1);
    switch (property) {
      case "handling":
        return words("handling", code);
      case "case_kind":
        return words("caseKind", code);
      case "suspension_reasons":
        return words("suspension", code);
      case "function":
        return words("function", code);
      case "role":
        return roleName(code);
      case "unit":
        return selector(code);
      case "applicant_kinds":
        return code === "person" || code === "organisation" ? c(code) : code;
      case "kind":
        if (!pointer.startsWith("/result")) return words("received", code);
    }
    const vocabulary = VOCABULARIES[pointer.slice(1)] ?? VOCABULARIES[property];
    return vocabulary ? known(`${vocabulary}.${code}`, code) : code;
  }

  function parts(pointer: string, value: Parts): string {
    return Object.entries(value)
      .map(([name, one]) => [known(LABELS[name] ?? "", name), say(`${pointer}/${name}`, one)])
      .filter(([, said]) => said)
      .map(([label, said]) => `${label}${c("colon")}${said}`)
      .join(c("semicolon"));
  }

  function say(pointer: string, value: unknown): string {
    if (value === null || value === undefined || value === "") return "";
    if (typeof value === "boolean") return c(value ? "yes" : "no");
    if (Array.isArray(value)) {
      const listed = value.map((one) => say(pointer, one));
      const long = SENTENCES.has(pointer) || value.some((one) => typeof one === "object");
      return listed.join(long ? "\n" : c("comma"));
    }
    if (typeof value === "object") return parts(pointer, value as Parts);
    return word(pointer, String(value));
  }

  return say;
}
