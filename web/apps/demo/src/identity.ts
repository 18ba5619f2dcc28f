/** Who is signed in to the sample product. Each browser has users of its own, so that everyone can play from the start. */

export type Role = "member" | "nonMember" | "nobody";

export interface Identity {
  role: Role;
  userId?: string;
  traits?: Record<string, string>;
}

export const ROLES: { role: Role; label: string; about: string }[] = [
  { role: "member", label: "Member", about: "plan: pro" },
  { role: "nonMember", label: "Non-member", about: "plan: free" },
  { role: "nobody", label: "Nobody", about: "not signed in" },
];

const ROLE = "basin:role";
const NUMBER = "basin:number";

export function readIdentity(): Identity {
  const kept = localStorage.getItem(ROLE);
  return identityOf(ROLES.find((each) => each.role === kept)?.role ?? "nobody");
}

export function signIn(role: Role): Identity {
  localStorage.setItem(ROLE, role);
  return identityOf(role);
}

/** From now on this browser's users are new ones. */
export function forget(): void {
  localStorage.removeItem(NUMBER);
}

function identityOf(role: Role): Identity {
  if (role === "nobody") return { role };
  const userId = `basin-${role === "member" ? "member" : "free"}-${number()}`;
  const plan = role === "member" ? "pro" : "free";
  return { role, userId, traits: { plan, team: "the blue team", email: `${userId}@example.com` } };
}

function number(): string {
  const kept = localStorage.getItem(NUMBER);
  if (kept) return kept;
  const made = [...crypto.getRandomValues(new Uint8Array(4))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  localStorage.setItem(NUMBER, made);
  return made;
}
