import { type Role, ROLES } from "../identity";

/** Who one is in the sample product; to change it is to sign in as somebody else. */
export function SignedIn({ role, become }: { role: Role; become: (role: Role) => void }) {
  return (
    <fieldset className="signed-in">
      <legend>Signed in as</legend>
      {ROLES.map((each) => (
        <label key={each.role}>
          <input type="radio" name="role" checked={each.role === role} onChange={() => become(each.role)} />
          <span>
            {each.label} <small>{each.about}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
