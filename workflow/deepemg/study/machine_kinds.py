"""Kinds of machines that this one can stand in for: variables by which libraries take other instructions or threads.

Each library looks at the processor by itself, so each has a variable of its own, read when a process starts. They can
only take away what the processor has: a machine without AVX-512 cannot stand in for one with it.
"""

from __future__ import annotations

AS_IT_IS = "as it is"
TORCH = {"ATEN_CPU_CAPABILITY": "default"}  # SSE, in place of AVX2 or AVX-512
ONEDNN = {"ONEDNN_MAX_CPU_ISA": "SSE41"}
MKL = {"MKL_CBWR": "COMPATIBLE"}  # the same sums on any processor, by SSE2
NUMPY = {"NPY_DISABLE_CPU_FEATURES": "X86_V3"}  # AVX2 and FMA
C_LIBRARY = {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX,-AVX2,-FMA"}  # exp, sin and the like
KINDS: dict[str, dict[str, str]] = {
    AS_IT_IS: {},
    "2 threads": dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "2"),
    "torch without AVX": TORCH,
    "oneDNN without AVX": ONEDNN,
    "MKL without AVX": MKL,
    "NumPy without AVX": NUMPY,
    "C library without AVX": C_LIBRARY,
    "OpenBLAS for Nehalem": {"OPENBLAS_CORETYPE": "Nehalem"},
    "OpenBLAS for Sandybridge": {"OPENBLAS_CORETYPE": "Sandybridge"},
    "no AVX at all": TORCH | ONEDNN | MKL | NUMPY | C_LIBRARY | {"OPENBLAS_CORETYPE": "Nehalem"},
}
