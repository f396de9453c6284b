// The decisions of the service's sandbox profile on macOS.
//
// The Nix function itself makes the profiles. Each decision is checked twice: in the way that macOS
// was found to decide, and by the order of the rules alone (see evaluator.ts); a profile that is
// right in only one of them fails.

import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";

import { compileProfile, decide, type Decision, type Profile } from "./evaluator.ts";
import { releases } from "./operations.ts";
import { parse } from "./parse.ts";
import {
  agent,
  daemon,
  isMissing,
  type ProfileInput,
  refusalOf,
  renderProfiles,
  titled,
} from "./profiles.ts";
import { requestOf } from "./request.ts";

type Row = readonly [operation: string, subject: string, want: Decision];
type Table = Readonly<Record<string, readonly Row[]>>;

const store = "/nix/store/abc-node-24";

/** Decisions for both a daemon and an agent. */
const everywhere: Table = {
  "homes of others, and what is in them": [
    ["file-read-data", "/Users/bob/.ssh/id_ed25519", "deny"],
    ["file-read-metadata", "/Users/bob/.ssh/id_ed25519", "deny"],
    ["file-test-existence", "/Users/bob/.ssh/id_ed25519", "deny"],
    ["file-test-existence", "/System/Volumes/Data/Users/bob/.ssh", "deny"],
    ["file-read-data", "/System/Volumes/Data/Users/bob/.ssh/id_ed25519", "deny"],
    ["file-read-data", "/Users/bob", "deny"],
    ["file-read-data", "/Users", "deny"],
    ["file-read-data", "/Users/Shared/notes.txt", "deny"],
    ["file-write-create", "/Users/Shared/tool", "deny"],
    ["file-read-data", "/private/var/root/.ssh/id_rsa", "deny"],
    ["file-clone", "/Users/bob/.ssh/id_ed25519", "deny"],
    ["file-link", "/Users/bob/.ssh/id_ed25519", "deny"],
  ],
  "keychains, secrets, privacy settings": [
    ["file-read-data", "/Library/Keychains/System.keychain", "deny"],
    ["file-read-data", "/private/var/db/SystemKey", "deny"],
    ["mach-lookup", "com.apple.SecurityServer", "deny"],
    ["mach-lookup", "com.apple.securityd", "deny"],
    ["mach-lookup", "com.apple.securityd.xpc", "deny"],
    ["mach-lookup", "com.apple.trustd", "deny"],
    ["mach-lookup", "com.apple.trustd.agent", "deny"],
    ["mach-lookup", "com.apple.tccd", "deny"],
    ["mach-lookup", "com.apple.tccd.system", "deny"],
    ["file-read-data", "/Library/Application Support/com.apple.TCC/TCC.db", "deny"],
    ["authorization-right-obtain", "", "deny"],
    ["file-read-data", "/private/etc/master.passwd", "deny"],
    ["file-read-data", "/private/etc/passwd", "deny"],
    ["file-read-data", "/private/etc/sudoers", "deny"],
    ["file-read-data", "/private/etc/ssh/ssh_host_ed25519_key", "deny"],
    ["file-read-data", "/private/var/db/dslocal/nodes/Default/users/alice.plist", "deny"],
  ],
  "state of other services": [
    ["file-read-data", "/private/var/lib/other/state.db", "deny"],
    ["file-read-data", "/private/var/lib/moltbot-credentials/token", "deny"],
    ["file-read-data", "/private/var/lib", "deny"],
    ["file-write-create", "/private/var/lib/new", "deny"],
    ["file-read-data", "/private/var/db/locationd/clients.plist", "deny"],
    ["file-read-data", "/private/var/log/system.log", "deny"],
    ["file-read-data", "/private/var/log/other/gateway.log", "deny"],
    ["file-read-data", "/private/var/folders/zz/abc/T/secret", "deny"],
    ["file-read-data", "/Library/Preferences/com.apple.loginwindow.plist", "deny"],
    ["file-read-data", "/Applications/Notes.app/Contents/Info.plist", "deny"],
    ["file-read-data", "/Volumes/Backup/home.tar", "deny"],
  ],
  "temporary files": [
    ["file-read-data", "/private/tmp/someone-elses", "deny"],
    ["file-read-data", "/private/tmp", "deny"],
    ["file-write-create", "/private/tmp/mine", "deny"],
    ["file-write-create", "/private/var/tmp/mine", "deny"],
    ["file-write-create", "/private/tmp/openclaw-state-locks-401", "allow"],
    ["file-write-create", "/private/tmp/openclaw-state-locks-401/lock", "allow"],
    ["file-read-data", "/private/tmp/openclaw-state-locks-401/lock", "allow"],
    ["file-write-unlink", "/private/tmp/openclaw-state-locks-401/lock", "allow"],
    ["file-write-create", "/private/tmp/openclaw", "deny"],
  ],
  "the store": [
    ["file-read-data", `${store}/bin/node`, "allow"],
    ["file-read-metadata", "/nix", "allow"],
    ["file-read-metadata", "/nix/store", "allow"],
    ["file-map-executable", `${store}/lib/libuv.dylib`, "allow"],
    ["process-exec", `${store}/bin/node`, "allow"],
    ["process-exec-interpreter", "/nix/store/abc-bash/bin/bash", "allow"],
    ["file-write-create", "/nix/store/evil", "deny"],
    ["file-write-data", `${store}/bin/node`, "deny"],
    ["file-read-data", "/nix/var/nix/db/db.sqlite", "deny"],
    ["network-outbound", "/nix/var/nix/daemon-socket/socket", "deny"],
  ],
  "programs from elsewhere": [
    ["process-exec", "/bin/sh", "allow"],
    ["process-exec", "/bin/bash", "allow"],
    ["file-read-data", "/private/var/select/sh", "allow"],
    ["process-exec", "/bin/zsh", "deny"],
    ["process-exec", "/usr/bin/env", "deny"],
    ["process-exec", "/usr/bin/osascript", "deny"],
    ["process-exec", "/usr/bin/security", "deny"],
    ["process-exec", "/bin/launchctl", "deny"],
    ["process-exec", "/usr/bin/crontab", "deny"],
    ["process-exec", "/usr/bin/sudo", "deny"],
    ["process-exec", "/usr/bin/open", "deny"],
    ["process-exec", "/usr/bin/tccutil", "deny"],
    ["process-exec", "/usr/sbin/screencapture", "deny"],
    ["process-exec", "/usr/local/bin/node", "deny"],
    ["process-exec", "/opt/homebrew/bin/node", "deny"],
    ["process-exec", "/Applications/Safari.app/Contents/MacOS/Safari", "deny"],
    ["process-exec", "/private/tmp/openclaw-x/tool", "deny"],
    ["process-exec-interpreter", "/usr/bin/python3", "deny"],
    ["file-map-executable", "/private/tmp/openclaw-x/lib.dylib", "deny"],
    ["file-map-executable", "/opt/homebrew/lib/libssl.dylib", "deny"],
  ],
  "what Node.js needs of the system": [
    ["process-fork", "", "allow"],
    ["dynamic-code-generation", "", "allow"],
    ["file-read-data", "/", "allow"],
    ["file-read-data", "/usr/lib/libSystem.B.dylib", "allow"],
    ["file-map-executable", "/usr/lib/libSystem.B.dylib", "allow"],
    ["file-map-executable", "/System/Library/Frameworks/Security.framework/Security", "allow"],
    [
      "file-map-executable",
      "/System/Volumes/Preboot/Cryptexes/OS/System/Library/dyld/dyld_shared_cache_arm64e",
      "allow",
    ],
    ["file-read-data", "/System/Library/CoreServices/SystemVersion.plist", "allow"],
    ["file-read-data", "/System/Library/CoreServices/SecurityAgentPlugins", "deny"],
    ["file-read-data", "/private/etc/hosts", "allow"],
    ["file-read-data", "/private/etc/resolv.conf", "allow"],
    ["file-read-data", "/private/var/run/resolv.conf", "allow"],
    ["file-read-data", "/private/etc/services", "allow"],
    ["file-read-data", "/private/etc/gitconfig", "allow"],
    ["file-read-data", "/private/etc/ssl/cert.pem", "allow"],
    ["file-read-data", "/private/etc/ssl/private/key.pem", "deny"],
    ["file-read-data", "/private/etc/localtime", "allow"],
    ["file-read-data", "/private/var/db/timezone/tz/2026a/zoneinfo/Europe/Vienna", "allow"],
    ["file-read-metadata", "/var", "allow"],
    ["file-read-metadata", "/tmp", "allow"],
    ["file-read-metadata", "/etc", "allow"],
    ["file-read-metadata", "/private/tmp/V8-1234", "allow"],
    ["file-write-data", "/private/etc/hosts", "deny"],
    ["file-write-data", "/private/etc/resolv.conf", "deny"],
  ],
  devices: [
    ["file-read-data", "/dev/null", "allow"],
    ["file-write-data", "/dev/null", "allow"],
    ["file-write-unlink", "/dev/null", "deny"],
    ["file-read-data", "/dev/zero", "allow"],
    ["file-read-data", "/dev/urandom", "allow"],
    ["file-write-data", "/dev/random", "deny"],
    ["file-read-data", "/dev/fd/63", "allow"],
    ["file-read-data", "/dev/rdisk0", "deny"],
    ["file-read-data", "/dev/bpf0", "deny"],
    ["file-ioctl", "/dev/rdisk0", "deny"],
    ["pseudo-tty", "", "allow"],
    ["file-read-data", "/dev/ptmx", "allow"],
    ["file-write-data", "/dev/ttys003 with com.apple.sandbox.pty", "allow"],
    // For a terminal that the process has open already, only size and raw mode are allowed.
    ["file-ioctl", "/dev/ttys000", "allow"],
    ["file-read-data", "/dev/ttys000", "deny"],
    ["file-write-data", "/dev/ttys000", "deny"],
    ["file-ioctl", "/dev/console", "deny"],
    ["file-ioctl", "/dev/cu.usbserial", "deny"],
    ["iokit-open", "", "deny"],
    ["iokit-get-properties", "", "deny"],
    ["device-camera", "", "deny"],
    ["device-microphone", "", "deny"],
    ["hid-control", "", "deny"],
    ["nvram-get", "", "deny"],
    ["nvram-set", "", "deny"],
  ],
  "other processes": [
    ["signal", "self", "allow"],
    ["signal", "child", "allow"],
    ["signal", "other", "deny"],
    ["process-info-pidinfo", "self", "allow"],
    ["process-info-pidinfo", "child", "allow"],
    ["process-info-pidinfo", "other", "deny"],
    ["process-info-pidfdinfo", "other", "deny"],
    ["process-info-listpids", "other", "deny"],
    ["mach-priv-task-port", "other", "deny"],
    ["mach-priv-task-port", "child", "deny"],
    ["mach-priv-host-port", "", "deny"],
    ["sysctl-read", "kern.procargs2", "deny"],
    ["sysctl-read", "kern.proc.all", "deny"],
    ["sysctl-read", "kern.proc.pid.1", "deny"],
    ["ipc-posix-shm-read-data", "apple.shm.notification_center", "allow"],
    ["ipc-posix-shm-write-data", "apple.shm.notification_center", "deny"],
    ["ipc-posix-shm-read-data", "other", "deny"],
    ["ipc-posix-shm-write-create", "mine", "deny"],
    ["ipc-posix-sem-create", "/mp-x7_dk2ab", "allow"],
    ["ipc-posix-sem-open", "/mp-x7_dk2ab", "allow"],
    ["ipc-posix-sem-post", "/mp-x7_dk2ab", "allow"],
    ["ipc-posix-sem-wait", "/mp-x7_dk2ab", "allow"],
    ["ipc-posix-sem-unlink", "/mp-x7_dk2ab", "allow"],
    ["ipc-posix-sem-open", "/other", "deny"],
    ["ipc-posix-sem-create", "/other", "deny"],
    ["ipc-posix-shm-write-create", "/mp-x7_dk2ab", "deny"],
    ["ipc-sysv-shm", "", "deny"],
  ],
  "kernel and clock": [
    ["sysctl-read", "hw.ncpu", "allow"],
    ["sysctl-read", "hw.memsize", "allow"],
    ["sysctl-read", "hw.optional.arm.FEAT_LSE", "allow"],
    ["sysctl-read", "kern.osrelease", "allow"],
    ["sysctl-read", "kern.boottime", "allow"],
    ["sysctl-read", "vm.loadavg", "allow"],
    ["sysctl-read", "net.routetable.0.0.3.0", "allow"],
    ["sysctl-read", "kern.bootargs", "deny"],
    ["sysctl-read", "net.inet.tcp.pcblist", "deny"],
    ["sysctl-write", "kern.hostname", "deny"],
    ["system-set-time", "", "deny"],
    ["system-reboot", "", "deny"],
    ["system-kext-load", "", "deny"],
    ["system-sched", "", "deny"],
    ["system-audit", "", "deny"],
  ],
  "mounts and other views of the file system": [
    ["file-mount", "/private/var/lib/moltbot/mnt", "deny"],
    ["file-mount-update", "/", "deny"],
    ["file-unmount", "/nix", "deny"],
    ["file-chroot", "/private/var/lib/moltbot", "deny"],
    ["fs-snapshot-create", "/", "deny"],
    ["fs-snapshot-mount", "/private/var/lib/moltbot/mnt", "deny"],
    ["file-graft", "/private/var/lib/moltbot/mnt", "deny"],
    ["file-ungraft", "/private/var/lib/moltbot/mnt", "deny"],
    ["file-issue-extension", "/private/var/lib/moltbot", "deny"],
  ],
  "what would outlive the service": [
    ["file-write-create", "/Library/LaunchDaemons/evil.plist", "deny"],
    ["file-write-create", "/Library/LaunchAgents/evil.plist", "deny"],
    ["file-write-create", "/private/var/at/tabs/alice", "deny"],
    ["file-write-data", "/private/etc/zshrc", "deny"],
    ["file-write-create", "/private/etc/periodic/daily/evil", "deny"],
    ["file-write-create", "/usr/local/bin/git", "deny"],
    ["file-write-create", "/opt/homebrew/bin/git", "deny"],
    ["file-write-create", "/Applications/Evil.app", "deny"],
    ["file-write-data", "/nix/var/nix/profiles/system", "deny"],
    ["job-creation", "", "deny"],
    ["mach-register", "com.example.evil", "deny"],
    ["user-preference-write", "", "deny"],
  ],
  "the user's session": [
    ["mach-lookup", "com.apple.pasteboard.1", "deny"],
    ["mach-lookup", "com.apple.windowserver.active", "deny"],
    ["mach-lookup", "com.apple.coreservices.launchservicesd", "deny"],
    ["mach-lookup", "com.apple.cfprefsd.agent", "deny"],
    ["mach-lookup", "com.apple.FSEvents", "deny"],
    ["mach-lookup", "com.apple.xpc.launchd.domain.system", "deny"],
    ["appleevent-send", "", "deny"],
    ["lsopen", "", "deny"],
    ["distributed-notification-post", "", "deny"],
    ["user-preference-read", "", "deny"],
    ["mach-lookup", "com.apple.system.opendirectoryd.libinfo", "allow"],
    ["mach-lookup", "com.apple.system.notification_center", "allow"],
    ["mach-lookup", "com.apple.SystemConfiguration.DNSConfiguration", "allow"],
  ],
  "connections from outside": [
    ["network-bind", "local tcp 127.0.0.1:18789", "allow"],
    ["network-inbound", "local tcp 127.0.0.1:18789", "allow"],
    ["network-inbound", "local tcp [::1]:18789", "allow"],
    ["network-bind", "local tcp 0.0.0.0:18789", "deny"],
    ["network-bind", "local tcp 127.0.0.1:4444", "deny"],
    ["network-inbound", "local tcp 127.0.0.1:4444", "deny"],
    ["network-bind", "local udp 0.0.0.0:5353", "deny"],
    ["network-bind", "/private/tmp/other.sock", "deny"],
  ],
  "connections to elsewhere": [
    ["network-outbound", "remote tcp 93.184.216.34:443", "allow"],
    ["network-outbound", "remote udp 9.9.9.9:53", "allow"],
    // The language knows no address: private networks cannot be told from the rest.
    ["network-outbound", "remote tcp 192.168.1.1:80", "allow"],
    ["network-outbound", "remote tcp 169.254.169.254:80", "allow"],
    ["network-outbound", "remote tcp [2606:4700::1111]:443", "deny"],
    ["network-outbound", "remote tcp [::ffff:127.0.0.1]:5432", "deny"],
    ["network-outbound", "remote tcp 127.0.0.1:18789", "allow"],
    ["network-outbound", "remote tcp 127.0.0.1:5432", "deny"],
    ["network-outbound", "remote tcp [::1]:11434", "deny"],
    ["network-outbound", "remote udp 127.0.0.1:18789", "deny"],
    ["network-outbound", "/private/var/run/mDNSResponder", "allow"],
    ["network-outbound", "/private/var/run/docker.sock", "deny"],
    ["network-outbound", "/private/var/run/syslog", "deny"],
    ["network-outbound", "/private/tmp/com.apple.launchd.abc/Listeners", "deny"],
    ["network-outbound", "control com.apple.netsrc", "allow"],
    ["network-outbound", "control com.apple.net.utun_control", "deny"],
    ["system-socket", "AF_UNIX", "allow"],
    ["system-socket", "AF_INET", "allow"],
    ["system-socket", "AF_INET6", "allow"],
    ["system-socket", "AF_ROUTE", "allow"],
    ["system-socket", "AF_SYSTEM 2", "allow"],
    ["system-socket", "AF_SYSTEM 1", "deny"],
    ["system-socket", "AF_NDRV", "deny"],
  ],
};

/** Decisions about the service's own directory, and about managed files in it. */
const ownState = (state: string): Table => ({
  "its own state": [
    ["file-read-data", state, "allow"],
    ["file-read-metadata", state, "allow"],
    ["file-test-existence", `${state}/missing`, "allow"],
    ["file-read-data", `${state}/state/openclaw.sqlite`, "allow"],
    ["file-write-create", `${state}/state/openclaw.sqlite-wal`, "allow"],
    ["file-write-data", `${state}/state/openclaw.sqlite`, "allow"],
    ["file-write-mode", `${state}/state/openclaw.sqlite`, "allow"],
    ["file-write-times", `${state}/workspace/notes.md`, "allow"],
    ["file-write-unlink", `${state}/workspace/notes.md`, "allow"],
    ["file-write-xattr", `${state}/workspace/notes.md`, "allow"],
    ["file-write-setugid", `${state}/workspace/tool`, "deny"],
    ["file-write-owner", `${state}/workspace/tool`, "deny"],
    ["file-write-flags", `${state}/workspace/tool`, "allow"],
    ["file-write-flags", state, "deny"],
    ["file-write-acl", `${state}/workspace/tool`, "deny"],
    ["file-mknod", `${state}/workspace/disk`, "deny"],
    ["file-link", `${state}/workspace/notes.md`, "allow"],
    ["file-link", `${state}-other/x`, "deny"],
    ["file-link", "/private/tmp/openclaw-x/lock", "deny"],
    ["file-link", `${store}/bin/node`, "deny"],
    ["file-link", "/private/etc/hosts", "deny"],
    ["file-clone", `${state}/workspace/notes.md`, "deny"],
    ["file-write-create", `${state}-evil/x`, "deny"],
    ["file-read-data", `${state}-other/x`, "deny"],
    ["process-exec", `${state}/workspace/tool`, "deny"],
    ["process-exec-interpreter", `${state}/workspace/tool`, "deny"],
    ["process-exec", `${state}/tmp/agent-cli/openclaw`, "deny"],
    ["file-map-executable", `${state}/workspace/node_modules/evil.node`, "deny"],
    ["network-bind", `${state}/exec-approvals.sock`, "allow"],
    ["network-outbound", `${state}/exec-approvals.sock`, "allow"],
    ["file-write-unlink", state, "deny"],
    ["file-write-create", state, "deny"],
  ],
  "managed files": [
    ["file-read-data", `${state}/moltbot.json`, "allow"],
    ["file-write-data", `${state}/moltbot.json`, "deny"],
    ["file-write-create", `${state}/moltbot.json`, "deny"],
    ["file-write-unlink", `${state}/moltbot.json`, "deny"],
    ["file-write-mode", `${state}/moltbot.json`, "deny"],
    ["file-read-data", `${state}/workspace/AGENTS.md`, "allow"],
    ["file-write-data", `${state}/workspace/AGENTS.md`, "deny"],
    ["file-write-unlink", `${state}/workspace/AGENTS.md`, "deny"],
    ["file-write-xattr", `${state}/workspace/AGENTS.md`, "deny"],
    ["file-write-flags", `${state}/workspace/AGENTS.md`, "deny"],
    ["file-link", `${state}/workspace/AGENTS.md`, "deny"],
    ["file-read-data", `${state}/workspace/skills/mail/SKILL.md`, "allow"],
    ["file-write-data", `${state}/workspace/skills/mail/SKILL.md`, "deny"],
    ["file-write-create", `${state}/workspace/skills/evil/SKILL.md`, "deny"],
    ["file-link", `${state}/workspace/skills/mail/SKILL.md`, "deny"],
    ["file-write-flags", `${state}/workspace/skills`, "deny"],
    ["file-write-unlink", `${state}/workspace/skills`, "deny"],
    // If the service moved the directory away, the rules for its files would no longer apply.
    ["file-write-unlink", `${state}/workspace`, "deny"],
    ["file-write-create", `${state}/workspace`, "deny"],
    ["file-write-flags", `${state}/workspace`, "deny"],
    // The name under which the file is prepared: a process that has it open has the file.
    ["file-write-create", `${state}/workspace/AGENTS.md.new`, "deny"],
    ["file-write-data", `${state}/workspace/AGENTS.md.new`, "deny"],
    ["file-link", `${state}/workspace/AGENTS.md.new`, "deny"],
    ["file-write-create", `${state}/workspace/AGENTS.md.new2`, "allow"],
    ["file-write-create", `${state}/workspace/more-skills/SKILL.md`, "allow"],
  ],
});

const daemonOnly: Table = {
  ...ownState("/private/var/lib/moltbot"),
  "logs and configuration": [
    ["file-write-create", "/private/var/log/moltbot/gateway.log", "allow"],
    ["file-write-data", "/private/var/log/moltbot/gateway.log", "allow"],
    ["process-exec", "/private/var/log/moltbot/tool", "deny"],
    ["file-read-data", "/private/etc/moltbot/moltbot.json", "allow"],
    ["file-write-data", "/private/etc/moltbot/moltbot.json", "deny"],
    ["file-write-unlink", "/private/etc/moltbot/moltbot.json", "deny"],
    ["file-write-create", "/private/etc/moltbot/other.json", "deny"],
    ["file-read-metadata", "/private/etc/static", "allow"],
  ],
  "directories above its own": [
    ["file-read-metadata", "/private/var/lib", "allow"],
    ["file-read-data", "/private/var/lib", "deny"],
  ],
  "homes: none at all": [
    ["file-read-metadata", "/Users", "deny"],
    ["file-test-existence", "/Users/alice", "deny"],
    ["file-read-data", "/Users/alice/.moltbot/moltbot.json", "deny"],
  ],
};

const agentOnly: Table = {
  ...ownState("/Users/alice/.moltbot"),
  "the rest of its own home": [
    ["file-read-metadata", "/Users", "allow"],
    ["file-read-metadata", "/Users/alice", "allow"],
    ["file-read-data", "/Users/alice", "deny"],
    ["file-read-data", "/Users/alice/.ssh/id_ed25519", "deny"],
    ["file-read-metadata", "/Users/alice/.ssh", "deny"],
    ["file-test-existence", "/Users/alice/.ssh", "deny"],
    ["file-clone", "/Users/alice/.ssh/id_ed25519", "deny"],
    ["file-link", "/Users/alice/.ssh/id_ed25519", "deny"],
    ["file-read-data", "/Users/alice/.aws/credentials", "deny"],
    ["file-read-data", "/Users/alice/.config/gh/hosts.yml", "deny"],
    ["file-read-data", "/Users/alice/.zsh_history", "deny"],
    ["file-read-data", "/Users/alice/Documents/taxes.pdf", "deny"],
    ["file-write-create", "/Users/alice/Desktop/x", "deny"],
    ["file-read-data", "/Users/alice/Library/Keychains/login.keychain-db", "deny"],
    ["file-read-data", "/Users/alice/Library/Mail/V10/x.emlx", "deny"],
    ["file-read-data", "/Users/alice/Library/Messages/chat.db", "deny"],
    ["file-read-data", "/Users/alice/Library/Safari/History.db", "deny"],
    [
      "file-read-data",
      "/Users/alice/Library/Application Support/Google/Chrome/Default/Cookies",
      "deny",
    ],
    ["file-read-data", "/Users/alice/Library/Application Support/Firefox/profiles.ini", "deny"],
    ["file-read-data", "/Users/alice/Library/Application Support/com.apple.TCC/TCC.db", "deny"],
    ["file-read-data", "/Users/alice/Pictures/Photos Library.photoslibrary/x", "deny"],
    ["network-outbound", "/Users/alice/.docker/run/docker.sock", "deny"],
    ["network-outbound", "/Users/alice/.gnupg/S.gpg-agent", "deny"],
    ["file-write-create", "/Users/alice/Library/LaunchAgents/evil.plist", "deny"],
    ["file-write-data", "/Users/alice/.zshrc", "deny"],
    ["file-write-create", "/Users/alice/.zshenv", "deny"],
    ["file-write-data", "/Users/alice/.ssh/authorized_keys", "deny"],
    ["file-write-data", "/Users/alice/.gitconfig", "deny"],
    ["file-write-create", "/Users/alice/.nix-profile", "deny"],
    ["process-exec", "/Users/alice/.nix-profile/bin/node", "deny"],
  ],
};

function decisionsOf(profile: Profile, operation: string, subject: string): object {
  const request = requestOf(operation, subject);
  return {
    asMacOS: decide(profile, request),
    asWritten: decide(profile, request, { order: "written" }),
  };
}

/** A test per group of a table: compares all its decisions with the expected ones. */
function expectRows(profile: () => Profile, table: Table): void {
  it.each(Object.entries(table))("%s", (_, rows) => {
    expect(
      rows.map(([operation, subject]) => [
        operation,
        subject,
        decisionsOf(profile(), operation, subject),
      ]),
    ).toEqual(
      rows.map(([operation, subject, want]) => [
        operation,
        subject,
        { asMacOS: want, asWritten: want },
      ]),
    );
  });
}

/** The profiles for the tests below, rendered together before the first test. */
const inputs: ProfileInput[] = [];
let profiles: readonly Profile[] = [];

beforeAll(() => {
  if (!isMissing) profiles = renderProfiles(inputs).map((text) => compileProfile(text ?? ""));
});

function compiled(input: ProfileInput): () => Profile {
  const index = inputs.push(input) - 1;
  return () => {
    const profile = profiles[index];
    if (profile === undefined) throw new Error("the profile is not rendered yet");
    return profile;
  };
}

describe.skipIf(isMissing)(titled("the profile of a daemon"), () => {
  const profile = compiled(daemon);
  expectRows(profile, everywhere);
  expectRows(profile, daemonOnly);
});

describe.skipIf(isMissing)(titled("the profile of an agent"), () => {
  const profile = compiled(agent);
  expectRows(profile, everywhere);
  expectRows(profile, agentOnly);
});

const bash = "/nix/store/bbb-bash";

const variants: readonly (readonly [name: string, change: Partial<ProfileInput>, rows: Table])[] = [
  [
    "no egress",
    { egress: "none" },
    {
      "only its own port and its own sockets": [
        ["network-outbound", "remote tcp 93.184.216.34:443", "deny"],
        ["network-outbound", "remote udp 9.9.9.9:53", "deny"],
        ["network-outbound", "/private/var/run/mDNSResponder", "deny"],
        ["network-outbound", "control com.apple.netsrc", "deny"],
        ["mach-lookup", "com.apple.SystemConfiguration.DNSConfiguration", "deny"],
        ["network-outbound", "remote tcp 127.0.0.1:18789", "allow"],
        ["network-inbound", "local tcp 127.0.0.1:18789", "allow"],
        ["network-outbound", "/private/var/lib/moltbot/exec-approvals.sock", "allow"],
      ],
    },
  ],
  [
    "named hosts behind a proxy, and a service of this machine",
    { egress: "none", connectPorts: [13128, 11434] },
    {
      "two ports of this machine, and nothing of other machines": [
        ["network-outbound", "remote tcp 127.0.0.1:13128", "allow"],
        ["network-outbound", "remote tcp 127.0.0.1:11434", "allow"],
        ["network-outbound", "remote udp 127.0.0.1:13128", "deny"],
        ["network-outbound", "remote tcp 127.0.0.1:13129", "deny"],
        ["network-outbound", "remote tcp 127.0.0.1:5432", "deny"],
        ["network-outbound", "remote tcp 93.184.216.34:443", "deny"],
        ["network-outbound", "remote tcp 93.184.216.34:13128", "deny"],
        ["network-outbound", "remote tcp 192.168.1.1:80", "deny"],
        ["network-outbound", "remote tcp 169.254.169.254:80", "deny"],
        ["network-outbound", "remote tcp [2606:4700::1111]:13128", "deny"],
        ["network-outbound", "remote udp 9.9.9.9:53", "deny"],
        ["network-outbound", "/private/var/run/mDNSResponder", "deny"],
        ["network-outbound", "/private/var/run/docker.sock", "deny"],
        ["mach-lookup", "com.apple.SystemConfiguration.DNSConfiguration", "deny"],
        ["network-bind", "local tcp 127.0.0.1:13128", "deny"],
        ["network-inbound", "local tcp 127.0.0.1:13128", "deny"],
        ["network-inbound", "local tcp 127.0.0.1:18789", "allow"],
      ],
    },
  ],
  [
    "the proxy itself",
    {
      readable: [],
      writable: [],
      managed: [],
      writablePrefixes: [],
      listenPort: 13128,
      connectPorts: [8443],
    },
    {
      "the internet by version 4, and nothing of this machine but its own port": [
        ["network-inbound", "local tcp 127.0.0.1:13128", "allow"],
        ["network-bind", "local tcp 127.0.0.1:18789", "deny"],
        ["network-outbound", "remote tcp 93.184.216.34:443", "allow"],
        ["network-outbound", "remote tcp [2606:4700::1111]:443", "deny"],
        ["network-outbound", "remote tcp 127.0.0.1:8443", "allow"],
        ["network-outbound", "remote tcp 127.0.0.1:18789", "deny"],
        ["network-outbound", "/private/var/run/mDNSResponder", "allow"],
        ["network-outbound", "/private/var/run/docker.sock", "deny"],
        ["file-read-data", "/private/var/lib/moltbot/gateway-token", "deny"],
        ["file-read-data", "/Users/alice/.ssh/id_ed25519", "deny"],
        ["file-write-create", "/private/tmp/x", "deny"],
      ],
    },
  ],
  [
    "egress to anywhere",
    { egress: "any" },
    {
      "this machine and IPv6, too": [
        ["network-outbound", "remote tcp 93.184.216.34:443", "allow"],
        ["network-outbound", "remote tcp [2606:4700::1111]:443", "allow"],
        ["network-outbound", "remote tcp 127.0.0.1:11434", "allow"],
        ["network-outbound", "/private/var/run/docker.sock", "deny"],
        ["network-bind", "local tcp 127.0.0.1:4444", "deny"],
      ],
    },
  ],
  [
    "listening on all addresses",
    { listenHost: "*", listenPort: 8080 },
    {
      "on its port alone": [
        ["network-bind", "local tcp 0.0.0.0:8080", "allow"],
        ["network-inbound", "local tcp 192.168.1.2:8080", "allow"],
        ["network-inbound", "local tcp 127.0.0.1:18789", "deny"],
        ["network-inbound", "local udp 0.0.0.0:8080", "deny"],
        ["network-outbound", "remote tcp 127.0.0.1:8080", "allow"],
        ["network-outbound", "remote tcp 127.0.0.1:18789", "deny"],
      ],
    },
  ],
  [
    "a port that the kernel chooses",
    { freePort: true },
    {
      "listens on any of this machine, by TCP, and connects to its own alone": [
        ["network-bind", "local tcp 127.0.0.1:0", "allow"],
        ["network-inbound", "local tcp 127.0.0.1:49152", "allow"],
        ["network-bind", "local udp 127.0.0.1:0", "deny"],
        ["network-outbound", "remote tcp 127.0.0.1:49152", "deny"],
        ["network-outbound", "remote tcp 127.0.0.1:18789", "allow"],
      ],
    },
  ],
  [
    "what a preparation needs",
    {
      makesWritable: true,
      managed: [],
      readable: [],
      writablePrefixes: [],
      executable: ["/usr/bin/chflags", "/usr/bin/find"],
      listenPort: null,
      egress: "none",
    },
    {
      "the directories of the service, which it makes": [
        ["file-write-create", "/private/var/lib/moltbot", "allow"],
        ["file-write-mode", "/private/var/lib/moltbot", "allow"],
        ["file-write-unlink", "/private/var/lib/moltbot", "deny"],
        ["file-write-flags", "/private/var/lib/moltbot", "deny"],
        ["file-write-create", "/private/var/lib/moltbot-evil", "deny"],
        ["file-write-create", "/private/var/lib/moltbot/gateway-token.123", "allow"],
        ["file-write-create", "/private/var/lib/moltbot/workspace", "allow"],
        ["file-write-create", "/private/var/lib/moltbot/workspace/AGENTS.md.new", "allow"],
        ["file-write-unlink", "/private/var/lib/moltbot/workspace/AGENTS.md", "allow"],
        ["file-write-flags", "/private/var/lib/moltbot/workspace/AGENTS.md", "allow"],
      ],
      "what it runs there": [
        ["process-exec", `${store}/bin/node`, "allow"],
        ["process-exec", "/usr/bin/find", "allow"],
        ["process-exec", "/usr/bin/chflags", "allow"],
        ["file-write-data", "/usr/bin/find", "deny"],
        ["process-exec", "/usr/bin/env", "deny"],
        ["process-exec", "/private/var/lib/moltbot/workspace/tool", "deny"],
        ["file-read-data", "/dev/urandom", "allow"],
        ["file-read-data", "/dev/fd/63", "allow"],
      ],
      "nothing that a link in them leads to": [
        ["file-read-data", "/Users/alice/.ssh/id_ed25519", "deny"],
        ["file-write-data", "/Users/alice/.ssh/authorized_keys", "deny"],
        ["file-write-create", "/Users/alice/.ssh/authorized_keys", "deny"],
        ["file-write-flags", "/Users/alice/Documents/taxes.pdf", "deny"],
        ["file-link", "/Users/alice/.ssh/id_ed25519", "deny"],
        ["file-write-create", "/private/tmp/openclaw-x", "deny"],
        ["file-read-data", "/private/run/agenix/token", "deny"],
      ],
      "no network": [
        ["network-bind", "local tcp 127.0.0.1:18789", "deny"],
        ["network-inbound", "local tcp 127.0.0.1:18789", "deny"],
        ["network-outbound", "remote tcp 127.0.0.1:18789", "deny"],
        ["network-outbound", "remote tcp 93.184.216.34:443", "deny"],
        ["network-outbound", "/private/var/run/mDNSResponder", "deny"],
      ],
    },
  ],
  [
    "a closure instead of the whole store",
    { storePaths: [store, bash] },
    {
      "nothing else of the store": [
        ["process-exec", `${store}/bin/node`, "allow"],
        ["process-exec", `${bash}/bin/bash`, "allow"],
        ["file-read-metadata", "/nix/store", "allow"],
        ["file-read-data", "/nix/store", "deny"],
        ["file-read-data", "/nix/store/ccc-secret-config/config.json", "deny"],
        ["process-exec", "/nix/store/ccc-nmap/bin/nmap", "deny"],
        ["file-map-executable", "/nix/store/ccc-lib/lib/x.dylib", "deny"],
        ["process-exec", `${store}-evil/bin/node`, "deny"],
      ],
    },
  ],
  [
    "relaxations",
    {
      executable: ["/usr/bin/sips", "/Users/alice/tools"],
      readable: ["/Users/alice/Documents/shared/"],
      machServices: ["com.apple.FSEvents"],
    },
    {
      "as far as they say": [
        ["process-exec", "/usr/bin/sips", "allow"],
        ["process-exec", "/Users/alice/tools/bin/x", "allow"],
        ["file-write-data", "/Users/alice/tools/bin/x", "deny"],
        ["file-read-data", "/Users/alice/Documents/shared/a.txt", "allow"],
        ["file-write-data", "/Users/alice/Documents/shared/a.txt", "deny"],
        ["process-exec", "/Users/alice/Documents/shared/tool", "deny"],
        ["file-test-existence", "/Users/alice/Documents/shared/a.txt", "allow"],
        ["file-read-data", "/Users/alice/Documents/private.txt", "deny"],
        ["file-test-existence", "/Users/alice/Documents/private.txt", "deny"],
        ["mach-lookup", "com.apple.FSEvents", "allow"],
        ["mach-lookup", "com.apple.SecurityServer", "deny"],
      ],
    },
  ],
];

for (const [name, change, rows] of variants) {
  describe.skipIf(isMissing)(titled(`the profile with ${name}`), () => {
    expectRows(compiled({ ...daemon, ...change }), rows);
  });
}

/** Decisions that a relaxation changes, and some that it does not change. */
const relaxed: readonly (readonly [
  name: string,
  change: Partial<ProfileInput>,
  rows: readonly Row[],
])[] = [
  [
    "a directory to read",
    { readable: ["/etc/moltbot", "/Users/bob/music"] },
    [
      ["file-read-data", "/Users/bob/music/a.flac", "allow"],
      // realpath() looks at each directory above.
      ["file-read-metadata", "/Users", "allow"],
      ["file-write-data", "/Users/bob/music/a.flac", "deny"],
      ["file-read-data", "/Users/bob/musical", "deny"],
      ["network-outbound", "/Users/bob/music/player.sock", "deny"],
    ],
  ],
  [
    "a directory to write",
    { shared: ["/Users/Shared"] },
    [
      ["file-write-create", "/Users/Shared/tool", "allow"],
      ["file-read-metadata", "/Users", "allow"],
      ["file-read-data", "/Users/Shared/notes.txt", "allow"],
      ["process-exec", "/Users/Shared/tool", "deny"],
      ["file-map-executable", "/Users/Shared/lib.dylib", "deny"],
      ["file-write-setugid", "/Users/Shared/tool", "deny"],
      ["file-write-flags", "/Users/Shared/tool", "deny"],
      ["file-link", "/Users/Shared/tool", "deny"],
      ["file-write-unlink", "/Users/Shared", "deny"],
    ],
  ],
  [
    "further TCP ports",
    { tcpPorts: [4444] },
    [
      ["network-bind", "local tcp 127.0.0.1:4444", "allow"],
      ["network-inbound", "local tcp 127.0.0.1:4444", "allow"],
      ["network-outbound", "remote tcp 127.0.0.1:4444", "allow"],
      ["network-bind", "local udp 127.0.0.1:4444", "deny"],
      ["network-bind", "local tcp 127.0.0.1:4445", "deny"],
    ],
  ],
  [
    "further UDP ports",
    { udpPorts: [4444] },
    [
      ["network-bind", "local udp 127.0.0.1:4444", "allow"],
      ["network-inbound", "local udp 127.0.0.1:4444", "allow"],
      ["network-outbound", "remote udp 127.0.0.1:4444", "allow"],
      ["network-bind", "local tcp 127.0.0.1:4444", "deny"],
    ],
  ],
  [
    "the Nix daemon",
    { sockets: ["/nix/var/nix/daemon-socket/socket"] },
    [
      ["network-outbound", "/nix/var/nix/daemon-socket/socket", "allow"],
      ["network-bind", "/nix/var/nix/daemon-socket/socket", "deny"],
      ["network-outbound", "/nix/var/nix/daemon-socket/other", "deny"],
      ["file-write-data", "/nix/var/nix/daemon-socket/socket", "deny"],
    ],
  ],
];

for (const [name, change, rows] of relaxed) {
  describe.skipIf(isMissing)(titled(`the profile with ${name}`), () => {
    const profile = compiled({ ...daemon, ...change });
    const changed = new Set(rows.map(([operation, subject]) => `${operation} ${subject}`));
    const kept = (table: Table): Table =>
      Object.fromEntries(
        Object.entries(table).map(([title, given]) => [
          `unchanged: ${title}`,
          given.filter(([operation, subject]) => !changed.has(`${operation} ${subject}`)),
        ]),
      );
    expectRows(profile, { "what it is for": rows });
    expectRows(profile, kept(everywhere));
    expectRows(profile, kept(daemonOnly));
  });
}

/** Ordinary directory names, and names that try to break out of the profile's syntax. */
const names = fc.oneof(
  fc.stringMatching(/^[a-z.][a-z0-9._-]{0,8}$/u),
  fc.constantFrom("Users", "alice", ".moltbot", "private", "var", "lib", "log", "moltbot", "tmp"),
  fc.constantFrom("workspace", "AGENTS.md", "skills", "openclaw-x", "etc", "nix", "store", "dev"),
);
const paths = fc
  .array(names, { minLength: 1, maxLength: 7 })
  .filter((parts) => !parts.includes(".") && !parts.includes(".."))
  .map((parts) => `/${parts.join("/")}`);

const writing = [
  "file-write-acl",
  "file-write-create",
  "file-write-data",
  "file-write-flags",
  "file-write-mode",
  "file-write-owner",
  "file-write-setugid",
  "file-write-times",
  "file-write-unlink",
  "file-write-xattr",
  "file-link",
  "file-mknod",
  "file-mount",
];

const isIn = (root: string, path: string): boolean => path === root || path.startsWith(`${root}/`);

describe.skipIf(isMissing)(titled("whatever the path"), () => {
  describe.each([
    {
      input: daemon,
      roots: ["/private/var/lib/moltbot", "/private/var/log/moltbot"],
      managed: [
        ...["moltbot.json", "workspace/AGENTS.md", "workspace/skills"],
        ...["moltbot.json.new", "workspace/AGENTS.md.new", "workspace/skills.new"],
      ].map((file) => `/private/var/lib/moltbot/${file}`),
    },
    {
      input: agent,
      roots: ["/Users/alice/.moltbot"],
      managed: [
        ...["moltbot.json", "workspace/AGENTS.md", "workspace/skills"],
        ...["moltbot.json.new", "workspace/AGENTS.md.new", "workspace/skills.new"],
      ].map((file) => `/Users/alice/.moltbot/${file}`),
    },
  ])("for $input.name", ({ input, roots, managed }) => {
    const profile = compiled(input);
    // Half of the paths are close to the interesting ones.
    const nearby = fc
      .tuple(
        fc.constantFrom(...roots, ...managed, "/private/tmp/openclaw-"),
        fc.constantFrom("", "/", "x"),
        names,
      )
      .map(([root, joint, name]) => (joint === "" ? root : `${root}${joint}${name}`));
    const anywhere = fc.oneof(paths, nearby);
    const allows = (operation: string, path: string): boolean =>
      [
        decide(profile(), { operation, path }),
        decide(profile(), { operation, path }, { order: "written" }),
      ].includes("allow");

    it("nothing outside the declared directories can be written", () => {
      fc.assert(
        fc.property(anywhere, fc.constantFrom(...writing), (path, operation) => {
          const isDeclared =
            roots.some((root) => isIn(root, path)) || path.startsWith("/private/tmp/openclaw-");
          const isDevice = isIn("/dev", path);
          fc.pre(!isDeclared && !isDevice);
          expect(allows(operation, path)).toBe(false);
        }),
        { numRuns: 2000 },
      );
    });

    it("nothing that is managed can be written", () => {
      fc.assert(
        fc.property(
          fc.constantFrom(...managed),
          fc.array(names, { maxLength: 3 }),
          fc.constantFrom(...writing),
          (root, parts, operation) => {
            expect(allows(operation, [root, ...parts].join("/"))).toBe(false);
          },
        ),
        { numRuns: 1000 },
      );
    });

    it("nothing that can be written can be started or loaded", () => {
      fc.assert(
        fc.property(anywhere, (path) => {
          const isWritable = writing.some((operation) => allows(operation, path));
          const isStartable = [
            "process-exec",
            "process-exec-interpreter",
            "file-map-executable",
          ].some((operation) => allows(operation, path));
          expect(isWritable && isStartable).toBe(false);
        }),
        { numRuns: 1000 },
      );
    });

    it("both ways to decide agree", () => {
      const operations = [
        ...writing,
        "file-read-data",
        "file-read-metadata",
        "file-clone",
        "process-exec",
      ];
      fc.assert(
        fc.property(anywhere, fc.constantFrom(...operations), (path, operation) => {
          expect(decide(profile(), { operation, path }, { order: "written" })).toBe(
            decide(profile(), { operation, path }),
          );
        }),
        { numRuns: 2000 },
      );
    });
  });
});

/** All strings in a profile, as the language would read them. */
function stringsIn(text: string): readonly string[] {
  const collect = (expressions: ReturnType<typeof parse>): readonly string[] =>
    expressions.flatMap((expression) =>
      expression.kind === "list"
        ? collect(expression.items)
        : expression.kind === "string"
          ? [expression.value]
          : [],
    );
  return collect(parse(text));
}

describe.skipIf(isMissing)(titled("paths as given"), () => {
  it("come back as exactly that literal, whatever is in them", () => {
    const hostile = fc.constantFrom(
      '"',
      "\\",
      '\\"',
      "))",
      "(allow default)",
      ";",
      "#",
      "$",
      "{",
      "''",
      " ",
    );
    const parts = fc
      .array(fc.oneof(hostile, fc.string({ unit: "grapheme", minLength: 1, maxLength: 5 })), {
        minLength: 1,
        maxLength: 5,
      })
      .map((texts) => texts.join(""))
      .filter(
        (text) => !/[\u0000-\u001f\u007f/]|\$\{/u.test(text) && text !== "." && text !== "..",
      );
    const given = fc.sample(
      fc.array(parts, { minLength: 1, maxLength: 4 }).map((names) => `/base/${names.join("/")}`),
      { numRuns: 400, seed: 1 },
    );
    const texts = renderProfiles(given.map((path) => ({ ...daemon, readable: [path] })));
    const [plain] = renderProfiles([{ ...daemon, readable: [] }]);
    const rulesOf = (text: string): number => parse(text).length;
    for (const [index, path] of given.entries()) {
      const text = texts[index] ?? "";
      expect(stringsIn(text)).toContain(path);
      expect(decide(compileProfile(text), { operation: "file-read-data", path })).toBe("allow");
      // Exactly one rule more: no part of the path became a rule.
      expect(rulesOf(text)).toBe(rulesOf(plain ?? "") + 1);
    }
  });

  it.each([
    ["/var/lib/x", "/private/var/lib/x"],
    ["/etc", "/private/etc"],
    ["/tmp/x/", "/private/tmp/x"],
    ["//a///b//", "/a/b"],
    ["/variable/x", "/variable/x"],
    ["/System/Volumes/Data/Users/alice", "/Users/alice"],
    ["/System/Volumes/Data/var/lib", "/private/var/lib"],
  ])("%s is %s", (path, want) => {
    const [text] = renderProfiles([{ ...daemon, readable: [path] }]);
    expect(text).toContain(`(allow file-read*\n  (subpath "${want}"))`);
  });

  it.each([
    ["relative", "is not absolute"],
    ["", "is not absolute"],
    ["/", "is the whole file system"],
    ["///", "is the whole file system"],
    ["/System/Volumes/Data", "is the whole file system"],
    ["/a/../b", "has . or .. in it"],
    ["/a/./b", "has . or .. in it"],
    ["/a\nb", "has a control character"],
    ["/a\tb", "has a control character"],
    ["/a\u007fb", "has a control character"],
    ["/a${HOME}", "which the sandbox would read as a variable"],
  ])("%j is refused: %s", (path, message) => {
    const keys = ["readable", "writable", "shared", "managed", "executable", "writablePrefixes"];
    expect(renderProfiles(keys.map((key) => ({ ...daemon, [key]: [path] })))).toEqual(
      keys.map(() => undefined),
    );
    expect(refusalOf({ ...daemon, readable: [path] })).toContain(message);
  });

  it.each([
    [{ egress: "everything" }, 'egress is "none", "internet" or "any"'],
    [{ listenHost: "10.0.0.1" }, 'it can listen on "localhost" or on "*"'],
    [{ listenPort: 0 }, "0 is no port to listen on"],
    [{ listenPort: 65536 }, "65536 is no port to listen on"],
    [{ tcpPorts: [0] }, "0 is no port to listen on"],
    [{ udpPorts: [65536] }, "65536 is no port to listen on"],
    [{ name: "a\n(allow default)" }, "is no name"],
    [{ machServices: ['a")) (allow default'] }, "is no name"],
  ])("%j is refused: %s", (change, message) => {
    expect(refusalOf({ ...daemon, ...change })).toContain(message);
  });
});

describe.skipIf(isMissing)(titled("the text of a profile"), () => {
  it("names the store exactly once, for a build to replace", () => {
    const [text = ""] = renderProfiles([daemon]);
    expect(text.split('(subpath "/nix/store")')).toHaveLength(2);
  });

  it.each(releases)("is one that macOS %i accepts", (release) => {
    for (const text of renderProfiles([daemon, agent])) {
      expect(() => compileProfile(text ?? "", release)).not.toThrow();
    }
  });

  it("asks before it names an operation that not every macOS has", () => {
    const [text = ""] = renderProfiles([daemon]);
    for (const name of ["file-graft", "file-ungraft"]) {
      const guard = `(if (defined? '${name}) (deny ${name}))`;
      expect(text).toContain(guard);
      const unguarded = text.replace(guard, `(deny ${name})`);
      expect(() => compileProfile(unguarded, 26)).not.toThrow();
      expect(() => compileProfile(unguarded, 15)).toThrow(`unknown operation ${name}`);
    }
  });

  it("makes files writable by operation, never by family, which has members without a name", () => {
    for (const text of renderProfiles([daemon, agent])) {
      for (const rule of compileProfile(text ?? "").rules) {
        if (rule.action === "allow") {
          expect(rule.operations).not.toContain("file-write*");
          expect(rule.operations).not.toContain("file*");
        }
      }
    }
  });

  it("has no rule without filters but those that are meant for everything", () => {
    for (const text of renderProfiles([daemon, agent])) {
      const unfiltered = compileProfile(text ?? "").rules.filter(
        ({ action, filters }) => action === "allow" && filters.length === 0,
      );
      expect(unfiltered.flatMap(({ operations }) => operations)).toEqual([
        "process-fork",
        "pseudo-tty",
      ]);
    }
  });

  // The default refuses these anyway; the profile names them against later rules for families.
  const refusedTwice = [
    "file-chroot",
    "file-mknod",
    "file-mount",
    "file-mount-update",
    "file-unmount",
    "file-write-acl",
    "file-write-owner",
    "file-write-setugid",
    "fs-snapshot-create",
    "fs-snapshot-delete",
    "fs-snapshot-revert",
    // IPv6, which the rule before it needs after it (see the profile).
    "network-outbound",
  ];

  it.each([
    { input: daemon, tables: [everywhere, daemonOnly] },
    { input: agent, tables: [everywhere, agentOnly] },
  ])(
    "of $input.name has no rule without which all decisions above stay the same",
    ({ input, tables }) => {
      const [text = ""] = renderProfiles([input]);
      const profile = compileProfile(text);
      const rows = tables.flatMap((table) => Object.values(table).flat());
      const idle = profile.rules.filter((rule) => {
        const others = { ...profile, rules: profile.rules.filter((other) => other !== rule) };
        return rows.every(
          ([operation, subject, want]) => decide(others, requestOf(operation, subject)) === want,
        );
      });
      expect(idle.flatMap(({ operations }) => operations).sort()).toEqual(refusedTwice);
    },
  );
});
