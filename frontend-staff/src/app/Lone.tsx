/** Pages that stand without the shell: no sign-in was needed, or it could not be asked for. */
import type { ErrorComponentProps } from "@tanstack/react-router";
import { PageError } from "@/components/ErrorState";
import { NotFound } from "@/components/NotFound";

export function LoneNotFound() {
  return (
    <main>
      <NotFound />
    </main>
  );
}

export function LoneError(props: ErrorComponentProps) {
  return (
    <main>
      <PageError {...props} />
    </main>
  );
}
