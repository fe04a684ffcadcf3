import type { ReactNode } from "react";

/** A designed nothing: icon, heading, one sentence, what to do next. */
export function State({
  icon,
  title,
  hint,
  children,
  level = "h2",
}: {
  icon: ReactNode;
  title: string;
  hint?: ReactNode;
  children?: ReactNode;
  level?: "h1" | "h2";
}) {
  const Heading = level;
  return (
    <section className="state">
      <span className="state-icon" aria-hidden="true">
        {icon}
      </span>
      <Heading className="state-title">{title}</Heading>
      {hint && <p>{hint}</p>}
      {children}
    </section>
  );
}
