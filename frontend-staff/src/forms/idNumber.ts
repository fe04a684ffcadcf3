/** Check digits, for a hint while typing; the server decides. */

const RESIDENT_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const RESIDENT_CHECKS = "10X98765432";
const CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";

export type Verdict = "incomplete" | "valid" | "bad_date" | "bad_check" | "other_document";

function realDate(digits: string): boolean {
  const [year, month, day] = [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6, 8)].map(Number);
  const date = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day));
  return date.getUTCMonth() + 1 === month && date.getUTCDate() === day && date.getTime() <= Date.now();
}

/** Resident ID (GB 11643): date part and check digit. Other documents have no common rule. */
export function judgeResidentId(typed: string): Verdict {
  const value = typed.trim().toUpperCase();
  if (/[^0-9X]/.test(value)) return "other_document";
  if (value.length < 18) return "incomplete";
  if (!/^\d{17}[\dX]$/.test(value)) return "other_document";
  if (!realDate(value.slice(6, 14))) return "bad_date";
  const sum = RESIDENT_WEIGHTS.reduce((total, weight, at) => total + weight * Number(value[at]), 0);
  return RESIDENT_CHECKS[sum % 11] === value[17] ? "valid" : "bad_check";
}

/** Organisation code (USCC, GB 32100): weights 3^i mod 31 over its own alphabet. */
export function judgeCreditCode(typed: string): Verdict {
  const value = typed.trim().toUpperCase();
  if (value.length < 18) return "incomplete";
  const digits = [...value].map((letter) => CREDIT_ALPHABET.indexOf(letter));
  if (value.length > 18 || digits.includes(-1)) return "other_document";
  let weight = 1;
  let sum = 0;
  for (const digit of digits.slice(0, 17)) {
    sum += digit * weight;
    weight = (weight * 3) % 31;
  }
  return (31 - (sum % 31)) % 31 === digits[17] ? "valid" : "bad_check";
}

/** A value that the API masked: it is sent back as it came and never judged. */
export function isMasked(value: string | undefined): boolean {
  return value?.includes("*") ?? false;
}
