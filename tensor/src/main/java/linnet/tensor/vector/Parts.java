package linnet.tensor.vector;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The output of a group of panels, cut into parts, which the threads compute, and then help each other with.
 * A thread packs each of its parts' left operands into the same scratch. So others may read it only when
 * every part has begun: from then on nothing is packed over it.
 */
final class Parts {
  /** How often an idle thread looks at parts that are being packed before it gives up: 0.1 to 0.2 ms. */
  private static final int LOOKS = 2000;

  private final PanelGroup group;
  private final PackedRight right;
  private final Part[] parts;
  private final AtomicInteger begun = new AtomicInteger();

  /**
   * A cut of {@code group}.
   *
   * @param right its right operand
   */
  Parts(PanelGroup group, PackedRight right, Cut cut) {
    this.group = group;
    this.right = right;
    parts = new Part[cut.parts()];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = new Part(cut, i);
    }
  }

  int count() {
    return parts.length;
  }

  /** Computes part {@code task}, if there are so many, and helps if there is none left to begin. */
  void run(int task, Workspace workspace) {
    if (task < parts.length) {
      begun.incrementAndGet();
      parts[task].packLeft(workspace);
      parts[task].multiply(workspace);
    }
    if (task >= parts.length || begun.get() == parts.length) {
      help(task, workspace);
    }
  }

  /** Takes what others have left over, and waits a little for those that are late. */
  private void help(int task, Workspace workspace) {
    boolean late = true;
    for (int look = 0; late && look < LOOKS; look++) {
      late = begun.get() < parts.length || !multiplyAll(task, workspace);
      Thread.onSpinWait();
    }
  }

  /** Multiplies what is left of all parts but those that are being packed, and says whether there were none. */
  private boolean multiplyAll(int first, Workspace workspace) {
    boolean all = true;
    for (int i = 0; i < parts.length; i++) {
      all &= parts[(first + i) % parts.length].multiply(workspace);
    }
    return all;
  }

  /**
   * A rectangle of the output. One thread packs the left operand, for itself: what many read and write in
   * turns is slow to go from one core's cache to another's. Parts side by side pack the same rows; with a
   * low-rank update each also computes those rows of t and stores them: the same bits to the same places, of
   * which it reads none but its own.
   */
  private final class Part {
    private final int row;
    private final int rows;
    private final int endPanel;
    private final int strip;
    private final AtomicInteger nextPanel;
    private volatile PackedLeft left;

    Part(Cut cut, int index) {
      int down = index / cut.across();
      int across = index % cut.across();
      row = cut.firstTile(down) * group.panels().rows();
      rows = Math.min(cut.firstTile(down + 1) * group.panels().rows(), group.out().rows()) - row;
      endPanel = cut.firstPanel(across + 1);
      strip = Math.ceilDiv(endPanel - cut.firstPanel(across), cut.strips());
      nextPanel = new AtomicInteger(cut.firstPanel(across));
    }

    void packLeft(Workspace workspace) {
      left = group.packLeft(row, rows, workspace);
    }

    /** Multiplies what nobody has taken, and says whether it could: not while the left operand is packed. */
    boolean multiply(Workspace workspace) {
      var packed = left;
      if (packed == null) {
        return false;
      }
      int width = group.panels().columns();
      for (int panel; nextPanel.get() < endPanel && (panel = nextPanel.getAndAdd(strip)) < endPanel; ) {
        int first = panel * width;
        int end = Math.min(Math.min(panel + strip, endPanel) * width, group.out().columns());
        group.panels().multiply(group.out().part(row, rows, first, end - first), packed, right, first,
            group.update(), workspace);
      }
      return true;
    }
  }
}
