/** A new segment; once it is made its own page opens. */

import { useNavigate } from "@tanstack/react-router";
import { queryClient } from "../../api/cache";
import { useOnce } from "../../api/once";
import { createSegment } from "../../api/people";
import { Page } from "../../shell/Page";
import { Form } from "./Form";
import { ToSegments } from "./ToSegments";

export function NewSegment() {
  const navigate = useNavigate();
  const create = useOnce({
    mutationFn: createSegment,
    onSuccess: (made) => {
      void queryClient.invalidateQueries({ queryKey: ["segments"] });
      void navigate({ to: "/segments/$id", params: { id: made.id } });
    },
  });
  return (
    <Page title="New segment" lead={<ToSegments />}>
      <Form action="Create segment" isBusy={create.isPending} error={create.error} onSubmit={create.mutateAsync} />
    </Page>
  );
}
