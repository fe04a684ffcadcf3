import type { components } from "@/api/schema";

/** A field of a matter's form, as the catalogue defines it. */
export type FieldDefinition = components["schemas"]["FormField-Output"];

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
