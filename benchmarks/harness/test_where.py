"""python3 -m unittest harness.test_where, in the folder benchmarks."""

import unittest

from harness.where import kernel, op, samples, shares

PRINTED = """
jdk.ExecutionSample {
  startTime = 10:00:00.000 (2026-01-01)
  sampledThread = "main" (javaThreadId = 1)
  state = "STATE_RUNNABLE"
  stackTrace = [
    jdk.incubator.vector.FloatVector.fromArray(VectorSpecies, float[], int) line: 1
    linnet.tensor.vector.Width.load(MemorySegment, long, int) line: 7
    linnet.tensor.vector.Kernel8x2.multiply(int, float[], int, float[], int, float[], int, int) line: 61
    linnet.tensor.vector.Crew$Job.work(int, Workspace) line: 9
    linnet.autograd.Contraction$Linear.vjp(BackwardContext, Tensor) line: 5
    linnet.autograd.Tape.backward(Variable) line: 3
  ]
}

jdk.ExecutionSample {
  sampledThread = "linnet-vector-1" (javaThreadId = 30)
  stackTrace = [
    java.lang.Thread.onSpinWait()
    linnet.tensor.vector.Crew.help(int) line: 2
  ]
}

jdk.ExecutionSample {
  sampledThread = "other" (javaThreadId = 31)
  stackTrace = [
    java.lang.Thread.run() line: 2
  ]
}
"""


class Where(unittest.TestCase):
    def test_samples_have_their_thread_and_frames(self):
        found = samples(PRINTED)
        self.assertEqual(["main", "linnet-vector-1"], [thread for thread, _ in found])
        self.assertEqual("Kernel8x2.multiply", kernel(found[0][1]))
        self.assertEqual("Contraction$Linear.vjp", op(found[0][1]))
        self.assertEqual("waiting for other threads", kernel(found[1][1]))
        self.assertEqual("outside of ops: Crew.help", op(found[1][1]))

    def test_rare_names_are_summed_up(self):
        rows = shares("kernel", ["often"] * 997 + ["seldom", "seldom", "rare"])
        self.assertEqual(["| often | 99.7 % |", "| what is rarer | 0.3 % |"], rows[2:])


if __name__ == "__main__":
    unittest.main()
