// Rules about system calls, and about the amounts of memory, processes, log lines and core dumps.

import type { ConfinementRule } from "../model/service-model.ts";
import { choose, concat, list } from "../schema/build-expression.ts";
import { observation, probe } from "../schema/define-proof.ts";
import { type BaselineInputs, same } from "./inputs.ts";
import { propertyIs } from "./unit-property.ts";

export function limitRules({
  program,
  nestedSandboxes,
  tasksMax,
  memoryMax,
  cpuQuota,
}: BaselineInputs): readonly ConfinementRule[] {
  return [
    {
      id: "system-calls",
      why: `System calls that a network service does not need fail with EPERM; killing the process instead would let one stray call of a native module take the ${program} down. The calls listed by name are in @system-service, but no service needs them: asynchronous rings and page fault handlers are kernel code that exploits often use.`,
      directives: {
        SystemCallArchitectures: "native",
        SystemCallFilter: concat(
          list(
            "@system-service",
            "~@privileged @resources @mount @debug @cpu-emulation @obsolete @keyring",
            "~bpf io_uring_enter io_uring_register io_uring_setup kcmp name_to_handle_at perf_event_open pidfd_getfd process_vm_readv process_vm_writev userfaultfd",
          ),
          choose<readonly string[]>(nestedSandboxes, ["@mount capset"], []),
        ),
        SystemCallErrorNumber: "EPERM",
      },
      user: same,
      seatbelt: {
        cannot:
          "be kept: there is no supported filter; operations are refused instead, never by killing",
      },
      proofs: [
        probe("bpf", ["call", "bpf"], "EPERM", "EINVAL"),
        probe("performance counters", ["call", "perf_event_open"], "EPERM", "EINVAL"),
        probe("page fault handlers", ["call", "userfaultfd"], "EPERM", "EINVAL"),
        probe("asynchronous rings", ["call", "io_uring_setup"], "EPERM", "EFAULT"),
        probe("keyrings", ["call", "keyctl"], "EPERM", "ENOKEY"),
        probe("adding keys", ["call", "add_key"], "EPERM", "EFAULT"),
        probe("tracing", ["call", "ptrace"], "EPERM", "done"),
        probe("memory of other processes", ["call", "process_vm_readv"], "EPERM", "EINVAL"),
        probe("writing memory of others", ["call", "process_vm_writev"], "EPERM", "EINVAL"),
        probe("files of other processes", ["call", "pidfd_getfd"], "EPERM", "EBADF"),
        probe("comparing processes", ["call", "kcmp"], "EPERM", "ESRCH"),
        probe("files by handle", ["call", "name_to_handle_at"], "EPERM", "EFAULT"),
        probe("priorities", ["call", "setpriority"], "EPERM", "done"),
        probe("mounts", ["call", "mount"], "EPERM", "EFAULT"),
        probe("another root", ["call", "chroot"], "EPERM", "EFAULT"),
        probe("swap space", ["call", "swapon"], "EPERM", "EINVAL"),
        probe("segments of other processors", ["call", "modify_ldt"], "EPERM", "done"),
        probe("obsolete questions about file systems", ["call", "ustat"], "EPERM", "EINVAL"),
        probe(
          "programs for other machines",
          ["foreign-call"],
          ["SIGSYS", "EPERM", "no-such-machine"],
          "done",
        ),
      ],
    },
    {
      id: "resources",
      cannot:
        "bound the size of its own directories: systemd has quotas for them since version 258, on file systems that support them; give the directories a file system of their own if that matters. Nor can it bound swap, nor what the whole machine shares, such as terminals: the service can open all of them. The service and a command of the operator's each have these limits, not both together",
      why: `A loop that starts processes or fills memory ends itself, not the machine: the service never gets the last quarter of the memory, and the kernel kills it first. A tool that the kernel kills for its size does not take the ${program} along.`,
      directives: {
        TasksMax: tasksMax?.orElse(1024) ?? 1024,
        MemoryMax: memoryMax?.orElse("75%") ?? "75%",
        ...(cpuQuota === undefined
          ? {}
          : {
              CPUQuota: choose<readonly string[]>(cpuQuota.isSet(), list(cpuQuota.nonNull()), []),
            }),
        OOMPolicy: "continue",
        OOMScoreAdjust: 500,
      },
      user: {
        cannot:
          "bound what the kernel counts per user: the service can take all inotify instances, and leave none for the user's editors",
      },
      seatbelt: { cannot: "be kept as a whole: launchd has limits for single processes only" },
      proofs: [
        observation("no more than 1024 processes", propertyIs("TasksMax", "1024"), "yes", "no"),
        observation("memory is bounded", propertyIs("MemoryMax", "infinity"), "no", "yes"),
        observation(
          `a tool that is too large does not end the ${program}`,
          propertyIs("OOMPolicy", "continue"),
          "yes",
          "no",
        ),
        probe("memory is taken from it first", ["oom-score"], "500", "0"),
      ],
    },
    {
      id: "journal",
      why: "The service writes text into the journal at one level and at a limited rate: it cannot alarm the operator's terminal with an emergency, nor push out the lines of other units within a minute.",
      directives: {
        SyslogLevelPrefix: false,
        LogRateLimitIntervalSec: 30,
        LogRateLimitBurst: 200,
      },
      cannot:
        "keep it from filling the journal slowly: systemd bounds lines and not bytes, and a journal of its own would hide it from `journalctl --unit`",
      user: same,
      seatbelt: {
        keptBy: "its output goes to a file of its own, which is rotated by size",
        byJob: true,
      },
      proofs: [
        observation(
          "a line cannot choose its own level",
          propertyIs("SyslogLevelPrefix", "no"),
          "yes",
          "no",
        ),
        observation(
          "no more than 200 lines in half a minute, or a few times as many where the journal has room",
          propertyIs("LogRateLimitBurst", "200"),
          "yes",
          "no",
        ),
        observation(
          "half a minute, whatever the journal's own limit is",
          propertyIs("LogRateLimitIntervalUSec", "30s"),
          "yes",
          "no",
        ),
      ],
    },
    {
      id: "core-dumps",
      why: "A core dump holds every secret the process knows.",
      directives: { LimitCORE: 0 },
      user: same,
      seatbelt: {
        keptBy: "`HardResourceLimits.Core` in the property list; /cores cannot be written",
        byJob: true,
      },
      proofs: [probe("core dumps", ["hard-limit", "CORE"], "0", "-1")],
    },
  ];
}
