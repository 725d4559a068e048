package linnet.tensor;

/**
 * A backend without memory and without arithmetic. A program that runs on it allocates and frees as it would
 * on the vector backend, whose scratch memory is accounted too; what it reads back is zeros. Adopted memory
 * counts nothing. So a training step's memory is known before training, from shapes alone.
 */
public interface MemoryPlanner extends Backend {
  /** What was needed so far. */
  MemoryPlan plan();
}
