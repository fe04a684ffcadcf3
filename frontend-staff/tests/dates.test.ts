import { afterEach, expect, test, vi } from "vitest";
import { beginOf, formatDate, formatMoment, formatSecond, keepZone, now } from "@/components/dates";

keepZone("Asia/Shanghai");

afterEach(() => vi.useRealTimers());

test("moments are told in the platform's zone, wherever the computer stands", () => {
  const evening = "2026-11-29T16:38:05.123456Z";
  expect(formatMoment(evening)).toBe("2026-11-30 00:38");
  expect(formatSecond(evening)).toBe("2026-11-30 00:38:05");
  expect(formatDate(evening)).toBe("2026-11-30");
});

test("a plain date is that date", () => {
  expect(formatDate("2026-11-29")).toBe("2026-11-29");
  expect(formatDate(null)).toBe("—");
});

test("today is the platform's", () => {
  vi.useFakeTimers({ now: new Date("2026-11-29T16:38:00Z") });
  expect(now().format("YYYY-MM-DD")).toBe("2026-11-30");
  expect(now().startOf("month").format("YYYY-MM-DD")).toBe("2026-11-01");
  vi.setSystemTime(new Date("2026-12-31T16:00:00Z"));
  expect(now().year()).toBe(2027);
});

test("a day begins at the platform's midnight", () => {
  expect(beginOf("2026-11-30")).toBe("2026-11-29T16:00:00.000Z");
  expect(beginOf("2026-11-30", 1)).toBe("2026-11-30T16:00:00.000Z");
});
