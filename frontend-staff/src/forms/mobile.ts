import { isMasked } from "@/forms/idNumber";

/** Whether the server will take it: told while the applicant stands there, not after submitting. */
export function isMobile(typed: string): boolean {
  return isMasked(typed) || /^1[3-9]\d{9}$/.test(typed.normalize("NFKC").replaceAll(/[\s\p{Pd}]/gu, ""));
}
