import { expect, it } from "vitest";
import { isShown, type FieldDefinition } from "@/forms/definition";
import { contentOf, valuesOf, type Content } from "@/pages/matters/draft/content";

const blank = {
  required: false,
  enum: null,
  minimum: null,
  maximum: null,
  maxLength: null,
  items: null,
  visible_if: null,
};
const asked: FieldDefinition = { ...blank, key: "asked", title: "是否", type: "boolean" };
const detail: FieldDefinition = {
  ...blank,
  key: "detail",
  title: "说明",
  type: "string",
  visible_if: { field: "asked", equals: true },
};

it("shows a field only while another has the value, in the value's own type", () => {
  expect(isShown(detail, { asked: true })).toBe(true);
  expect(isShown(detail, { asked: "true" })).toBe(false);
  expect(isShown(detail, undefined)).toBe(false);
});

it("gives back the definition that the editor was opened with", () => {
  const content = {
    promised_days: 5,
    case_kind: "promised",
    form: [asked, detail],
    process: [
      {
        key: "approve",
        function: "approve",
        unit: "home_street:民政科",
        role: "reviewer",
        limit_days: 5,
        condition: { field: "asked", equals: true },
        parallel_group: null,
      },
    ],
  } as unknown as Content;
  expect(contentOf(valuesOf(content))).toEqual(content);
});

const step = (condition: unknown) => ({
  key: "approve",
  function: "approve",
  unit: "home_street:民政科",
  role: "reviewer",
  limit_days: 5,
  parallel_group: null,
  condition,
});

it.each([
  { field: "asked", equals: true },
  { field: "detail", in: ["本人、配偶", "子女"] },
  { field: "detail", present: false },
  { all: [{ field: "asked", equals: true }, { not: { field: "detail", present: true } }] },
])("gives back the condition of a step: %j", (condition) => {
  const content = {
    promised_days: 5,
    case_kind: "promised",
    form: [asked, detail],
    process: [step(condition)],
  } as unknown as Content;
  expect(contentOf(valuesOf(content))).toEqual(content);
});
