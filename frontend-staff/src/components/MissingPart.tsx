import { DisconnectOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { State } from "@/components/State";

/** Instead of a page whose code did not come. It is loaded anew once the server answers again. */
export function MissingPart() {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [away, setAway] = useState(false);

  async function reload() {
    setBusy(true);
    // Without a server a reload would end on the browser's own error page.
    const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
    if (answer?.ok) location.reload();
    else setAway(true);
    setBusy(false);
  }

  return (
    <div role="alert">
      <State icon={<DisconnectOutlined />} title={t("part.title")} hint={t("part.hint")} level="h1">
        {away && <p className="late">{t("part.away")}</p>}
        <Button type="primary" loading={busy} onClick={() => void reload()}>
          {t("part.reload")}
        </Button>
      </State>
    </div>
  );
}
