/**
 * Settings for e-mail.
 *
 * @module
 */
import { isHost } from "../../net/networks.ts";
import { choice, integer, text } from "../setting.ts";

const isMailAddress = (value: string) => /^[^\s@<>"]+@[^\s@<>"]+$/.test(value);

export const MAIL = {
  host: text({
    default: "",
    check: (value) => value === "" || isHost(value),
    allowed: 'a host name or address, or "" for none',
    about:
      "SMTP server for e-mail: new passwords, confirmation of addresses, " +
      "decisions about applications. Empty: no e-mail is sent.",
    example: '"smtp.example.org"',
    live: true,
  }),
  port: integer({
    default: 587,
    min: 1,
    max: 65535,
    about: "Port of the SMTP server: usually 587 with STARTTLS, 465 with TLS.",
    live: true,
  }),
  tls: choice(["starttls", "tls", "off"], {
    default: "starttls",
    about: "Encryption: required after the greeting (STARTTLS), from the " +
      "beginning (TLS), or off, for a mail server on this machine.",
    live: true,
  }),
  ca: text({
    default: "",
    max: 1000,
    about: "PEM file of the authority of the SMTP server's certificate, if " +
      "that is a private one.",
    example: '"/etc/retropal/mail-ca.pem"',
    desk: false,
    live: true,
  }),
  user: text({
    default: "",
    about: "User name at the SMTP server. Empty: no authentication.",
    example: '"retropal@example.org"',
    live: true,
  }),
  password: text({
    default: "",
    secret: true,
    about: "Password at the SMTP server.",
    example: '"a password"',
    live: true,
  }),
  from: text({
    default: "",
    check: (value) => value === "" || isMailAddress(value),
    allowed: 'an e-mail address, or "" for none',
    about: "Sender of the e-mail. Without it none is sent.",
    example: '"retropal@example.org"',
    live: true,
  }),
} as const;
