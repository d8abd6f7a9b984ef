/**
 * Service files that start the server at boot, and the fail2ban filter for its
 * log.
 *
 * @module
 */

export interface ServiceFacts {
  /** The program and its first arguments, with absolute paths. */
  readonly command: readonly string[];
  /** Absolute path of the data folder. */
  readonly data: string;
  /** User that the service runs as. */
  readonly user: string;
  /** Whether the service needs a port below 1024. */
  readonly lowPorts: boolean;
  /** File of RETROPAL_… variables that systemd reads if it exists. */
  readonly environmentFile?: string;
}

/** Quotes a word for ExecStart. */
function systemdWord(word: string): string {
  const plain = word.replaceAll("\\", "\\\\").replaceAll('"', '\\"')
    .replaceAll("%", "%%").replaceAll("$", "$$$$");
  return /[\s'"]/.test(word) ? `"${plain}"` : plain;
}

/**
 * Returns a unit that denies everything the server does not need.
 * MemoryDenyWriteExecute is left out, because V8 writes and executes memory.
 */
export function systemdUnit(facts: ServiceFacts): string {
  const start = [...facts.command, "serve", "--data", facts.data]
    .map(systemdWord).join(" ");
  const capabilities = facts.lowPorts ? "CAP_NET_BIND_SERVICE" : "";
  const environment = facts.environmentFile === undefined
    ? ""
    : `EnvironmentFile=-${systemdWord(facts.environmentFile)}\n`;
  return `# Written by \`retropal service\`. See docs/hosting.md.
[Unit]
Description=retropal, a server for the Paltalk client of 2002
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
ExecStart=${start}
${environment}ExecReload=/bin/kill -HUP $MAINPID
User=${facts.user}
Restart=on-failure
RestartSec=500ms
# What \`retropal restart\` ends with, to be started again at once.
RestartForceExitStatus=75
TimeoutStopSec=30
LimitNOFILE=65536
UMask=0077

# What it may write: its data folder, nothing else.
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths=${systemdWord(facts.data)}
PrivateTmp=yes
PrivateDevices=yes

# What it may do: talk to the network.
NoNewPrivileges=yes
CapabilityBoundingSet=${capabilities}
AmbientCapabilities=${capabilities}
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
LockPersonality=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RemoveIPC=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes

[Install]
WantedBy=multi-user.target
`;
}

function xml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}

export const LAUNCHD_LABEL = "net.retropal.server";

export function launchdPlist(facts: ServiceFacts): string {
  const words = [...facts.command, "serve", "--data", facts.data]
    .map((word) => `    <string>${xml(word)}</string>`).join("\n");
  const log = `${facts.data}/logs/launchd.log`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- Written by \`retropal service\`. See docs/hosting.md. -->
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${LAUNCHD_LABEL}</string>
  <key>ProgramArguments</key>
  <array>
${words}
  </array>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>StandardErrorPath</key>
  <string>${xml(log)}</string>
  <key>SoftResourceLimits</key>
  <dict>
    <key>NumberOfFiles</key>
    <integer>65536</integer>
  </dict>
</dict>
</plist>
`;
}

const WINDOWS_TASK = "retropal";

/** Returns the command line for the Windows task scheduler. */
function windowsCommand(facts: ServiceFacts): string[] {
  const run = [...facts.command, "serve", "--data", facts.data]
    .map((word) => /\s/.test(word) ? `\\"${word}\\"` : word).join(" ");
  return [
    "schtasks",
    "/Create",
    "/TN",
    WINDOWS_TASK,
    "/SC",
    "ONSTART",
    "/RU",
    "LOCAL SERVICE",
    "/F",
    "/TR",
    run,
  ];
}

export function windowsInstructions(facts: ServiceFacts): string {
  const line = windowsCommand(facts)
    .map((word) => /[\s]/.test(word) ? `"${word}"` : word).join(" ");
  return `rem Written by \`retropal service\`. In a command prompt as administrator:
rem 1. Let the service's account write the data folder:
icacls "${facts.data}" /grant "LOCAL SERVICE:(OI)(CI)M"
rem 2. Start the server with the machine:
${line}
rem 3. Start it now; /End ends it, \`retropal stop\` ends it more kindly:
schtasks /Run /TN ${WINDOWS_TASK}
rem 4. Let clients in:
netsh advfirewall firewall add rule name=${WINDOWS_TASK} dir=in action=allow program="${
    facts.command[0] ?? "retropal.exe"
  }"
`;
}

/**
 * fail2ban removes the time before it matches, and the journal adds its own
 * prefix. The text up to the address comes from the server, so no client can
 * forge a line that bans others.
 */
export const FAIL2BAN_FAILREGEX =
  "^\\s*(?:\\S+ \\S+\\[\\d+\\]: \\S+ )?WARNING +\\w+: sign-on refused address=<HOST> nickname=";

export function fail2banFiles(facts: ServiceFacts): string {
  return `# Written by \`retropal service --kind fail2ban\`. See docs/hosting.md.

# /etc/fail2ban/filter.d/retropal.conf
[Definition]
failregex = ${FAIL2BAN_FAILREGEX}
journalmatch = _SYSTEMD_UNIT=retropal.service

# /etc/fail2ban/jail.d/retropal.conf
# With log.file = true; with journald say instead: backend = systemd
[retropal]
enabled = true
filter = retropal
logpath = ${facts.data}/logs/retropal.log
port = 5001,2090,2092,8080
maxretry = 10
findtime = 10m
bantime = 1h
`;
}
