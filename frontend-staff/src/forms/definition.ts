import type { components } from "@/api/schema";

/** A field of a matter's form, as the catalogue defines it. */
export interface FieldDefinition {
  key: string;
  title: string;
  type:
    | "string"
    | "enum"
    | "boolean"
    | "date"
    | "integer"
    | "number"
    | "address"
    | "id_number"
    | "mobile"
    | "array";
  required: boolean;
  enum?: string[] | null;
  minimum?: number | null;
  maximum?: number | null;
  maxLength?: number | null;
  visible_if?: { field: string; equals: unknown } | null;
  items?: FieldDefinition[] | null;
}

export type FormValues = components["schemas"]["CaseOut"]["form"];

/** Whether a field shows, given the values of its siblings. */
export function isShown(field: FieldDefinition, siblings: FormValues | undefined): boolean {
  return !field.visible_if || siblings?.[field.visible_if.field] === field.visible_if.equals;
}

/** A value in words, for reading; nested tables are drawn by who calls. */
export function inWords(value: unknown, yes: string, no: string): string {
  if (value === undefined || value === null || value === "") return "—";
  if (typeof value === "boolean") return value ? yes : no;
  return typeof value === "object" ? JSON.stringify(value) : String(value as string | number);
}
