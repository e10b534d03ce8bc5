"""Confines a process, and then does its work: ``python -m config.confinement REACH MODULE ARGUMENTS…``.

REACH is the JSON of a `Reach`. The process may read Python, its libraries and what REACH names, write what REACH says,
and nothing else on the disk; it may use no network, start no program, trace or signal no other process, change no
file's owner or permissions, and enter no namespace. None of that can be taken back. It is done by two means of Linux,
before a library has started a thread, since both hold for the thread that asks and for those that it starts:

- Landlock (Linux 5.13 and later), which looks at paths; https://docs.kernel.org/userspace-api/landlock.html
- seccomp, which looks at system calls, through libseccomp, which every Debian has; seccomp_rule_add(3)

Where one of them is missing the other is used, and `lacking` says what is missing. Uses ctypes, since no Python package
for either is well kept; imports nothing else but the standard library, since every picture waits for it.
"""

from __future__ import annotations

import ctypes
import dataclasses
import errno
import functools
import json
import os
import runpy
import sys
from collections.abc import Iterable
from pathlib import Path

# ---- Landlock: linux/landlock.h; the numbers of the calls are those of every architecture but Alpha

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_GET_VERSION = 1
_PATH_BENEATH = 1
_WRITE_FILE, _READ_FILE, _READ_DIR, _REMOVE_FILE, _MAKE_REG, _TRUNCATE = (1 << bit for bit in (1, 2, 3, 5, 8, 14))
#: All rights upon files by the version of the ABI that brought the last of them. Devices' ioctl is left out: what may
#: be opened is either no device, or a GPU, which needs it.
_ALL_FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1}
_BIND_AND_CONNECT_TCP = 0b11  # from version 4 on
_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11  # from version 6 on

_PR_SET_NO_NEW_PRIVS = 38
_CAPABILITY_VERSION_3 = 0x20080522

# ---- seccomp: seccomp.h

_LIBSECCOMP = "libseccomp.so.2"
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_ATTRIBUTE_ALL_THREADS = 4
_NOT_EQUAL, _MASKED_EQUAL = 1, 7

#: Calls that end with EPERM.
_DENIED = (
    # network; what is connected already, as a renderer's socket, goes on
    "connect io_uring_setup "
    # programs and other processes
    "execve execveat ptrace process_vm_readv process_vm_writev process_madvise kcmp pidfd_open pidfd_getfd "
    "pidfd_send_signal kill tkill rt_sigqueueinfo rt_tgsigqueueinfo "
    # what Landlock does not look at
    "chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat chown32 fchown32 lchown32 utime utimes utimensat "
    "futimesat setxattr lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr removexattrat "
    "name_to_handle_at open_by_handle_at "
    # the system
    "mount umount umount2 move_mount open_tree fsopen fsconfig fsmount fspick mount_setattr pivot_root chroot swapon "
    "swapoff unshare setns bpf perf_event_open userfaultfd add_key request_key keyctl init_module finit_module "
    "delete_module kexec_load kexec_file_load reboot sethostname setdomainname settimeofday clock_settime "
    "clock_adjtime adjtimex acct quotactl quotactl_fd syslog iopl ioperm personality"
).split()
#: CUDA wants a socket of the local family that it listens on, for other processes that it never hears of here.
_DENIED_WITHOUT_DEVICES = ("socket", "bind", "listen", "accept", "accept4")
_AF_UNIX = 1
_NEW_NAMESPACES = tuple(1 << bit for bit in (7, 17, 25, 26, 27, 28, 29, 30))  # CLONE_NEWTIME … CLONE_NEWNET

# ---- what a process needs of a system to be Python at all

_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/etc/localtime")
_FACTS = (
    *("/usr/share/zoneinfo", "/usr/share/locale", "/dev/urandom", "/dev/zero", "/sys/devices/system", "/proc/self"),
    *("/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/sys/vm/overcommit_memory", "/sys/fs/cgroup"),
)
_NULL = "/dev/null"
#: What CUDA opens: devices and what the kernel tells of them. A process's secrets under /proc stay shut, since nobody
#: who is confined may look into a process that is less so.
_DEVICES = ("/dev", "/proc", "/sys")

_PACKAGES = ("bot", "renderer", "config")


@dataclasses.dataclass(frozen=True)
class Reach:
    """What a process may reach, but for Python itself: files and folders, with all that is in them."""

    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()  #: a folder: files in it may be made, read and removed, too
    devices: bool = False  #: GPUs

    def to_json(self) -> str:
        """As the command line wants it."""
        return json.dumps(dataclasses.asdict(self))


def command(reach: Reach | None, module: str) -> tuple[str, ...]:
    """What to give a Python that is to run a module: confined, or as it is without a `reach`."""
    return ("-m", module) if reach is None else ("-m", __name__, reach.to_json(), module)


@functools.cache
def lacking() -> tuple[str, ...]:
    """What this system cannot do towards it, a sentence each; none where it does all."""
    if sys.platform != "linux":
        return (f"processes cannot be confined on {sys.platform}: that needs Linux",)
    version = _landlock_version()
    reasons = []
    if version == 0:
        reasons.append(
            "there is no Landlock, so files are not kept from them: that needs Linux 5.13 with it switched on"
        )
    if _libseccomp() is None:
        reasons.append(
            f"there is no {_LIBSECCOMP}, so the network is not: on Debian and Ubuntu apt install libseccomp2"
        )
    return tuple(reasons)


def has_gpu() -> bool:
    """Whether there are devices of a kind that torch may paint on."""
    return any(Path("/dev").glob("nvidia[0-9]*")) or Path("/dev/kfd").exists()


def confine(reach: Reach) -> None:
    """Confine this process for the rest of its life, as far as the system can. Raises OSError where that goes wrong."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    _checked(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    # Of a service that runs as root: some of its powers go round Landlock, as CAP_PERFMON into other processes.
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    given_up = libc.capset(header, (ctypes.c_uint32 * 6)())
    if os.geteuid() == 0:  # another user has none, and some filters refuse the call
        _checked(given_up)
    if version := _landlock_version():
        _limit_files(libc, version, reach)
    if library := _libseccomp():
        _limit_calls(library, reach)


def _limit_files(libc: ctypes.CDLL, version: int, reach: Reach) -> None:
    rights = _ALL_FILE_RIGHTS[min(version, max(_ALL_FILE_RIGHTS))]
    attributes = [rights]
    if version >= 4:
        attributes.append(_BIND_AND_CONNECT_TCP)
    if version >= 6:
        attributes.append(_ABSTRACT_SOCKETS_AND_SIGNALS)
    packed = (ctypes.c_uint64 * len(attributes))(*attributes)
    ruleset = _checked(libc.syscall(_CREATE_RULESET, packed, ctypes.sizeof(packed), 0))
    reading, writing = _READ_FILE | _READ_DIR, _WRITE_FILE | _TRUNCATE | _MAKE_REG | _REMOVE_FILE
    for paths, allowed in (
        ([*_code(), *_LIBRARIES, *_FACTS, *reach.read], reading),
        ([_NULL, *reach.write], reading | writing),
        (_DEVICES if reach.devices else (), reading | _WRITE_FILE | _TRUNCATE),
    ):
        for path in paths:
            _allow(libc, ruleset, path, allowed & rights)
    _checked(libc.syscall(_RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: str, rights: int) -> None:
    """Let all that is at or below the path be reached; one that is not there is passed over."""
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return
    try:
        if not os.path.isdir(path):
            rights &= _READ_FILE | _WRITE_FILE | _TRUNCATE
        rule = ctypes.create_string_buffer(rights.to_bytes(8, sys.byteorder) + opened.to_bytes(4, sys.byteorder), 12)
        _checked(libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0))
    finally:
        os.close(opened)


def _code() -> Iterable[str]:
    """Where Python imports from. Of a folder that one works in, the packages alone: settings may lie there, too."""
    root = Path(__file__).resolve().parent.parent
    for place in {sys.prefix, sys.base_prefix, sys.exec_prefix, *filter(None, sys.path)}:
        yield from map(str, (root / name for name in _PACKAGES)) if Path(place).resolve() == root else (place,)
    # A package that is installed to be worked at may be found otherwise.
    yield from map(str, (root / name for name in _PACKAGES))
    yield from filter(None, os.environ.get("LD_LIBRARY_PATH", "").split(":"))


def _limit_calls(library: ctypes.CDLL, reach: Reach) -> None:
    context = library.seccomp_init(_ALLOW)
    if not context:
        raise OSError(errno.ENOMEM, "seccomp_init")
    try:
        _settled(library.seccomp_attr_set(context, _ATTRIBUTE_ALL_THREADS, 1))
        for name in (*_DENIED, *(() if reach.devices else _DENIED_WITHOUT_DEVICES)):
            _deny(library, context, name, errno.EPERM)
        if reach.devices:
            _deny(library, context, "socket", errno.EPERM, _Comparison(0, _NOT_EQUAL, _AF_UNIX, 0))
        # What it is asked for lies in memory, where no filter sees it; libc then asks by clone.
        _deny(library, context, "clone3", errno.ENOSYS)
        for flag in _NEW_NAMESPACES:
            _deny(library, context, "clone", errno.EPERM, _Comparison(0, _MASKED_EQUAL, flag, flag))
        _deny(library, context, "tgkill", errno.EPERM, _Comparison(0, _NOT_EQUAL, os.getpid(), 0))
        _settled(library.seccomp_load(context))
    finally:
        library.seccomp_release(context)


class _Comparison(ctypes.Structure):
    """`scmp_arg_cmp` of seccomp.h."""

    _fields_ = (("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64))


def _deny(library: ctypes.CDLL, context: int, name: str, error: int, *where: _Comparison) -> None:
    number = library.seccomp_syscall_resolve_name(name.encode())
    if number == -1:  # newer than the library
        return
    arguments = (_Comparison * len(where))(*where)
    _settled(library.seccomp_rule_add_array(context, _ERRNO | error, number, len(where), arguments))


@functools.cache
def _libseccomp() -> ctypes.CDLL | None:
    try:
        library = ctypes.CDLL(_LIBSECCOMP)
    except OSError:
        return None
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_init.argtypes = (ctypes.c_uint32,)
    library.seccomp_attr_set.argtypes = (ctypes.c_void_p, ctypes.c_int, ctypes.c_uint32)
    library.seccomp_syscall_resolve_name.argtypes = (ctypes.c_char_p,)
    library.seccomp_rule_add_array.argtypes = (
        *(ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint),
        ctypes.POINTER(_Comparison),
    )
    library.seccomp_load.argtypes = library.seccomp_release.argtypes = (ctypes.c_void_p,)
    return library


def _landlock_version() -> int:
    """Of its ABI; 0 where the kernel has none, has it switched off, or somebody keeps us from asking."""
    version: int = ctypes.CDLL(None, use_errno=True).syscall(_CREATE_RULESET, None, 0, _GET_VERSION)
    return max(version, 0)


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def _settled(result: int) -> None:
    """Libseccomp returns the negative error."""
    if result < 0:
        raise OSError(-result, os.strerror(-result))


def main() -> None:
    """Confine this process and run the module that the command line names."""
    wanted, module = json.loads(sys.argv[1]), sys.argv[2]
    confine(Reach(tuple(wanted["read"]), tuple(wanted["write"]), wanted["devices"]))
    sys.argv = sys.argv[2:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
