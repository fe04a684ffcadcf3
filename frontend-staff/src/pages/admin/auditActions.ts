/** What the audit log can say was done, in words. */
import { useTranslation } from "react-i18next";

export const AUDIT_ACTIONS = [
  "signed_in",
  "signed_out",
  "signed_out.everywhere",
  "sign_in.failed",
  "sign_in.address_blocked",
  "session.revoked",
  "credentials.refused",
  "password.changed",
  "password.reset",
  "totp.enrolled",
  "totp.disabled",
  "totp.reset",
  "account.created",
  "account.changed",
  "account.unlocked",
  "roles.granted",
  "organisation.added",
  "organisation.changed",
  "organisations.imported",
  "calendar.published",
  "catalogue.created",
  "catalogue.draft_started",
  "catalogue.draft_saved",
  "catalogue.draft_discarded",
  "catalogue.published",
  "catalogue.retired",
  "catalogue.reactivated",
  "catalogue.imported",
  "catalogue.offerings_changed",
  "archives.exported",
  "disposal.proposed",
  "disposal.decided",
  "histories.sealed",
  "personal.revealed",
  "cases.exported",
  "tasks.handed_over",
  "material.offered",
  "material.reused",
  "card.read",
  "pairing_code.made",
  "bridge.paired",
  "bridge.revoked",
] as const;

/** An action that has no words yet stays as it is. */
export function useActionName() {
  const { t, i18n } = useTranslation("admin");
  return (action: string): string => {
    // A dot would be a step down in the texts.
    const key = `audit.actions.${action.replaceAll(".", "_")}`;
    return i18n.exists(key, { ns: "admin" }) ? t(key as "audit.actions.signed_in") : action;
  };
}
