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

export interface StepValue extends Omit<Step, "condition"> {
  condition?: string;
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

export function valuesOf(content: Content): DraftValues {
  return {
    ...content,
    form: content.form.map(fieldValue),
    process: content.process.map((step) => ({
      ...step,
      condition: step.condition ? JSON.stringify(step.condition) : undefined,
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

/** The definition to send. Throws a `SyntaxError` for a condition that is no JSON. */
export function contentOf(values: DraftValues): Content {
  return {
    ...values,
    case_kind: values.promised_days === 0 ? "immediate" : "promised",
    form: values.form.map((field) => fieldOf(field, values.form)),
    process: values.process.map(({ condition, ...step }) => ({
      ...step,
      condition: condition?.trim()
        ? (JSON.parse(condition) as NonNullable<Step["condition"]>)
        : null,
      parallel_group: step.parallel_group || null,
    })),
  };
}
