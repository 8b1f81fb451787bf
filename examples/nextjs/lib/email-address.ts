// Decides what counts as an email address.

// The longest address that SMTP can carry (RFC 5321 §4.5.3.1.3).
const lengthMax = 254;

/** Tells whether a value is a text that looks like one address: something, an @, and a domain with a dot; no spaces. */
export function isEmailAddress(value: unknown): boolean {
  return typeof value === "string" && value.length <= lengthMax && /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(value);
}
