import { describe, expect, it } from "vitest";
import { isMasked, judgeCreditCode, judgeResidentId } from "@/forms/idNumber";

describe("resident ID", () => {
  it.each([
    ["110102194001011230", "valid"],
    ["110102 194001011230".replace(" ", ""), "valid"],
    ["110102194001011231", "bad_check"],
    ["110102194013011230", "bad_date"],
    ["110102299901011230", "bad_date"],
    ["11010219400101", "incomplete"],
    ["E12345678", "other_document"],
  ])("%s is %s", (value, verdict) => expect(judgeResidentId(value)).toBe(verdict));

  it("takes a small x for the check digit", () => {
    expect(judgeResidentId("11010519491231002x")).toBe("valid");
  });
});

describe("organisation code", () => {
  it.each([
    ["91350100M000100Y43", "valid"],
    ["91350100M000100Y44", "bad_check"],
    ["91350100M000100Y4", "incomplete"],
    ["91350100I000100Y43", "other_document"],
  ])("%s is %s", (value, verdict) => expect(judgeCreditCode(value)).toBe(verdict));
});

it("knows a masked value", () => {
  expect(isMasked("110***********1230")).toBe(true);
  expect(isMasked(undefined)).toBe(false);
});
