/** Between a definition and the editor's values: what a form cannot hold as it is. */
import type { components } from "@/api/schema";

export type Content = components["schemas"]["Content-Output"];
type Field = components["schemas"]["FormField-Output"];
type Step = Content["process"][number];

/** A field as the editor holds it: the value that shows it is typed as text. */
export interface FieldValue extends Omit<Field, "visible_if" | "items"> {
  visible_if?: { field?: string; equals?: string };
  items?: FieldValue[];
}

/** A step's condition as the editor holds it: one comparison, or the JSON of several. */
export interface ConditionValue {
  /** Key of a form field, or `SEVERAL`. */
  field?: string;
  is?: Operator;
  value?: string;
  /** For `in`. */
  values?: string[];
  json?: string;
}

export const SEVERAL = "*";
export const OPERATORS = ["equals", "in", "gt", "ge", "lt", "le", "filled", "empty"] as const;
type Operator = (typeof OPERATORS)[number];

export interface StepValue extends Omit<Step, "condition"> {
  condition?: ConditionValue;
}

export interface DraftValues extends Omit<Content, "form" | "process"> {
  form: FieldValue[];
  process: StepValue[];
}

function fieldValue({ visible_if, items, ...field }: Field): FieldValue {
  return {
    ...field,
    visible_if: visible_if
      ? { field: visible_if.field, equals: String(visible_if.equals) }
      : undefined,
    items: items?.map(fieldValue),
  };
}

function conditionValue(condition: Step["condition"]): ConditionValue | undefined {
  if (!condition) return undefined;
  const { field, ...rest } = condition;
  const [[is, value] = []] = Object.entries(rest);
  if (typeof field !== "string" || !is) return { field: SEVERAL, json: JSON.stringify(condition) };
  if (is === "present") return { field, is: value ? "filled" : "empty" };
  return Array.isArray(value)
    ? { field, is: is as Operator, values: value.map(String) }
    : { field, is: is as Operator, value: String(value) };
}

export function valuesOf(content: Content): DraftValues {
  return {
    ...content,
    form: content.form.map(fieldValue),
    process: content.process.map((step) => ({
      ...step,
      condition: conditionValue(step.condition),
    })),
  };
}

/** The shown-if value in the type of the field that it looks at. */
function typed(text: string, type: Field["type"] | undefined): string | boolean | number {
  if (type === "boolean") return text === "true" || text === "是";
  if (type === "integer" || type === "number") return Number(text);
  return text;
}

function fieldOf(value: FieldValue, siblings: FieldValue[]): Field {
  const { visible_if: shown, items, ...field } = value;
  const type = siblings.find(({ key }) => key === shown?.field)?.type;
  return {
    ...field,
    enum: field.type === "enum" ? field.enum : null,
    visible_if: shown?.field
      ? { field: shown.field, equals: typed(shown.equals ?? "", type) }
      : null,
    items: field.type === "array" ? (items ?? []).map((item) => fieldOf(item, items ?? [])) : null,
  };
}

function conditionOf(held: ConditionValue | undefined, form: FieldValue[]): Step["condition"] {
  const { field, is = "equals", value = "", values = [], json = "" } = held ?? {};
  if (!field) return null;
  if (field === SEVERAL) return JSON.parse(json) as Step["condition"];
  if (is === "filled" || is === "empty") return { field, present: is === "filled" };
  const type = form.find(({ key }) => key === field)?.type;
  const wanted = (text: string) => typed(text.trim(), type);
  return { field, [is]: is === "in" ? values.map(wanted) : wanted(value) };
}

/** The definition to send. Throws a `SyntaxError` for a condition that is no JSON. */
export function contentOf(values: DraftValues): Content {
  return {
    ...values,
    case_kind: values.promised_days === 0 ? "immediate" : "promised",
    form: values.form.map((field) => fieldOf(field, values.form)),
    process: values.process.map(({ condition, ...step }) => ({
      ...step,
      condition: conditionOf(condition, values.form),
      parallel_group: step.parallel_group || null,
    })),
  };
}
