import dayjs from "dayjs";

/** `2026-03-05`, from a plain date or a moment; an em dash where there is none. */
export function formatDate(value: string | null | undefined): string {
  return value ? dayjs(value).format("YYYY-MM-DD") : "—";
}

/** `2026-03-05 14:02`, in the time zone of the computer. */
export function formatMoment(value: string | null | undefined): string {
  return value ? dayjs(value).format("YYYY-MM-DD HH:mm") : "—";
}
