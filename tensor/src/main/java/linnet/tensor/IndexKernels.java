package linnet.tensor;

/** Rows picked and placed by index. */
public interface IndexKernels extends Kernels {
  /** out(T,D)[t] = table(V,D)[rows(T)[t]]; the table may have any floating dtype. Indices are I32. */
  void gatherRows(Tensor out, Tensor table, Tensor rows);

  /** table(V,D)[rows(T)[t]] += x(T,D)[t], t in order. Indices are I32 and may repeat. */
  void scatterAddRows(Tensor table, Tensor rows, Tensor x);
}
