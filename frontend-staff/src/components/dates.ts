import dayjs from "dayjs";
import timezone from "dayjs/plugin/timezone";
import utc from "dayjs/plugin/utc";

dayjs.extend(utc);
dayjs.extend(timezone);

/** From here on days and times are those of the platform's zone, whatever the computer's is: case
 * numbers, limits and papers are counted there. */
export const keepZone = (zone: string) => dayjs.tz.setDefault(zone);

/** Now, in the platform's zone. */
export const now = () => dayjs().tz();

/** The moment at which a plain date begins, or the one `after` days later, in ISO 8601. */
export function beginOf(date: string, after = 0): string {
  return dayjs.tz(date).add(after, "day").toISOString();
}

/** `2026-03-05`, from a plain date or a moment; an em dash where there is none. */
export function formatDate(value: string | null | undefined): string {
  return format(value, "YYYY-MM-DD");
}

/** `2026-03-05 14:02`. */
export function formatMoment(value: string | null | undefined): string {
  return format(value, "YYYY-MM-DD HH:mm");
}

/** `2026-03-05 14:02:09`. */
export function formatSecond(value: string): string {
  return format(value, "YYYY-MM-DD HH:mm:ss");
}

const PLAIN_DATE = "2026-03-05".length;

function format(value: string | null | undefined, pattern: string): string {
  if (!value) return "—";
  const moment = value.length === PLAIN_DATE ? dayjs(value) : dayjs(value).tz();
  return moment.format(pattern);
}
