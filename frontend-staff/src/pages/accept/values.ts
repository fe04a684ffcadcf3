/** Between the accept form's values and the bodies that the API takes. */
import type { components } from "@/api/schema";
import type { FormValues } from "@/forms/definition";

export type Case = components["schemas"]["CaseOut"];
export type Received = components["schemas"]["MaterialOut"]["received"];
type CaseIn = components["schemas"]["CaseIn"];
type CaseEdit = components["schemas"]["CaseEdit"];

export interface MaterialValue {
  key: string;
  received: Received;
  promised_by?: string | null;
  files?: string[];
  /** Where a paper comes from that was taken over. */
  note?: string;
  /** By file: number or id of the case through which it opens; one just scanned has none. */
  held_by?: Record<string, string>;
}

export interface AcceptValues {
  matter_code?: string;
  home_code?: string;
  accepting_code?: string;
  applicant: components["schemas"]["ApplicantIn"];
  agent?: components["schemas"]["AgentIn"];
  form?: FormValues;
  materials?: MaterialValue[];
}

export const FRESH: Partial<AcceptValues> = {
  applicant: { kind: "person", name: "", id_number: "", mobile: "", address: "" },
};

export function heldBy(number: string, files: { id: string }[]): Record<string, string> {
  return Object.fromEntries(files.map((file) => [file.id, number]));
}

/** A stored case as values of the form; masked numbers come and go unchanged. */
export function valuesOf(data: Case): AcceptValues {
  return {
    matter_code: data.matter_code,
    home_code: data.home.code,
    accepting_code: data.accepting.code,
    applicant: data.applicant,
    agent: data.agent ?? undefined,
    form: data.form,
    materials: data.materials.map(({ key, received, promised_by, files, note }) => ({
      key,
      received,
      promised_by,
      files: files.map((file) => file.id),
      note,
      held_by: heldBy(data.number ?? data.id, files),
    })),
  };
}

function common(values: AcceptValues) {
  return {
    home_code: values.home_code ?? "",
    applicant: values.applicant,
    agent: values.agent ?? null,
    form: values.form ?? {},
    materials: (values.materials ?? []).map(({ key, received, promised_by, files, note }) => ({
      key,
      received,
      promised_by: received === "none" ? (promised_by ?? null) : null,
      files,
      note,
    })),
  };
}

export function caseIn(
  values: AcceptValues,
  how: { submit: boolean; receive_only: boolean },
): CaseIn {
  return {
    ...common(values),
    matter_code: values.matter_code ?? "",
    accepting_code: values.accepting_code ?? null,
    ...how,
  };
}

export function caseEdit(values: AcceptValues): CaseEdit {
  return common(values);
}
