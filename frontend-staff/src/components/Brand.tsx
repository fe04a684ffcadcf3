import { useTranslation } from "react-i18next";

/** The mark: a seal with two offices sharing one field. */
export function Brand({ compact = false }: { compact?: boolean }) {
  const { t } = useTranslation();
  return (
    <div className="brand">
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="5" fill="#a8322a" />
        <path d="M8 10h11v4h5v8H13v-4H8z" fill="none" stroke="#fff" strokeWidth="2.4" />
        <path d="M13 14h6v4h-6z" fill="#fff" />
      </svg>
      {!compact && (
        <span>
          <strong>{t("app.name")}</strong>
          <small>{t("app.product")}</small>
        </span>
      )}
    </div>
  );
}
