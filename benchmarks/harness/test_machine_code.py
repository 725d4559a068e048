"""python3 -m unittest harness.test_machine_code, in the folder benchmarks."""

import unittest

from harness.machine_code import hottest, machine_codes

LOG = """
======= C2-compiled nmethod =======
Compiled method (c2)  10  1 %  4  linnet.Kernel::multiply @ 30 (9 bytes)
[MachCode]
  0x0000000000000000: 0000 00
[Stub Code]
======= C2-compiled nmethod =======
Compiled method (c2)  20  2    4  linnet.Kernel::multiply (9 bytes)
[MachCode]
[Verified Entry Point]
  # {method}
  0x0000000000000010: 4881 ec18 | 0000 0048
  0x0000000000000018: 896c
[Stub Code]
  0x0000000000000020: ffff
"""


class MachineCode(unittest.TestCase):
    def test_the_bytes_of_a_method_are_found_and_not_those_of_a_loop_entered_midway(self):
        self.assertEqual([bytes.fromhex("4881ec1800000048896c")], machine_codes(LOG))

    def test_the_innermost_loop_with_the_most_multiply_adds_is_found(self):
        code = [
            (0, "vfmadd231ps zmm0,zmm1,zmm2"),
            (6, "add rax,0x1"),
            (10, "vfmadd231ps zmm3,zmm1,ZMMWORD PTR [rsp+0x40]"),
            (16, "vfnmadd231ps zmm4,zmm1,zmm2"),
            (22, "jl 0xa"),
            (24, "jl 0x6"),
            (26, "vfmadd231ps zmm5,zmm1,zmm2"),
            (32, "jl 0x1a"),
            (34, "jmp 0x40"),
        ]
        loop = hottest(code)
        self.assertEqual(tuple(text for address, text in code if 10 <= address <= 22), loop.instructions)
        self.assertEqual(2, loop.multiply_adds)
        self.assertIn("3 instructions (2 zmm), 2 multiply-adds, 1 with a place in memory, 1 of them", str(loop))

    def test_there_may_be_none(self):
        self.assertIsNone(hottest([(0, "add rax,0x1"), (4, "jl 0x0")]))


if __name__ == "__main__":
    unittest.main()
