/** Set up a new webhook; then its own page opens. */

import { useNavigate } from "@tanstack/react-router";
import { queryClient } from "../../api/cache";
import { useOnce } from "../../api/once";
import { createWebhook, type WebhookGiven } from "../../api/sending";
import { Page } from "../../shell/Page";
import { Back } from "./Back";
import { WebhookForm } from "./WebhookForm";

export function NewWebhook() {
  const navigate = useNavigate();
  const create = useOnce({
    mutationFn: createWebhook,
    onSuccess: async (made) => {
      await queryClient.invalidateQueries({ queryKey: ["webhooks"] });
      void navigate({ to: "/settings/integrations/webhooks/$id", params: { id: made.id } });
    },
  });
  return (
    <Page title="Set up a new webhook" lead={<Back />}>
      <div className="hw-card" style={{ maxWidth: "40rem" }}>
        <WebhookForm
          action="Set up webhook"
          isBusy={create.isPending}
          error={create.error}
          onSubmit={(given) => create.mutateAsync(given as WebhookGiven)}
        />
      </div>
    </Page>
  );
}
