import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useCan, useMe } from "@/app/me";
import { access, navigation } from "@/app/navigation";
import { PageHeader } from "@/components/PageHeader";
import "./home.css";

/** Where one starts: what one's roles let one do, a step away. */
export function HomePage() {
  const { t } = useTranslation("shell");
  const { t: c } = useTranslation();
  const me = useMe();
  const can = useCan();
  const roles = [...new Set(me.grants.map((g) => `${g.organisation.name} ${c(`role.${g.role}`)}`))];
  return (
    <>
      <PageHeader title={t("home.hello", { name: me.name })} hint={roles.join(" · ")} />
      <div className="stack">
        {navigation.map((group) => {
          const items = group.items.filter((item) => can(...access[item.to]));
          if (items.length === 0) return null;
          return (
            <section key={group.key} className="panel" aria-labelledby={`home-${group.key}`}>
              <h2 id={`home-${group.key}`}>{t(`nav.${group.key}`)}</h2>
              <ul className="home-links">
                {items.map((item) => (
                  <li key={item.to}>
                    <Link to={item.to}>
                      <span aria-hidden="true">{item.icon}</span>
                      {t(`nav.${item.key}`)}
                    </Link>
                  </li>
                ))}
              </ul>
            </section>
          );
        })}
      </div>
    </>
  );
}
