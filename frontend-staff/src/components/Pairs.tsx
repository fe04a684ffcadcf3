import { Fragment, type ReactNode } from "react";

/** Labels and values, one under another or in two columns. */
export function Pairs({ items, two = false }: { items: [string, ReactNode][]; two?: boolean }) {
  return (
    <dl className={two ? "pairs pairs-two" : "pairs"}>
      {items.map(([label, value]) => (
        <Fragment key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}
