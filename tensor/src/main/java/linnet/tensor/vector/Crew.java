package linnet.tensor.vector;

import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * A fixed number of threads, the caller among them, that work through numbered tasks. Each begins with its
 * own share of them, neighbours, and then takes of the others': so a thread mostly meets the same rows in one
 * call as in the last, and finds them in its core's cache. A task's result must depend on its number alone.
 *
 * <p>One call is spread over the threads at a time. Calls from other threads meanwhile, and calls from within
 * a task, run where they are made: the same tasks in order.
 */
final class Crew implements AutoCloseable {
  /** One task's work, with scratch that no other thread uses meanwhile. */
  interface Work {
    void run(int task, Workspace workspace);
  }

  /**
   * Looks at what is awaited before a thread sleeps, a tenth of a millisecond or two: longer than what lies
   * between the products of a token, and nothing to an idle program.
   */
  private static final int SPINS = 6000;
  /** Elements of a task that is some rows, at most, and at least. */
  private static final int MOST = 16384;
  private static final int LEAST = 2048;
  /** Such tasks for each thread, about. */
  private static final int TASKS = 4;
  /** Workspaces kept for later calls, at most: many callers at one time leave no more behind. */
  private static final int IDLE = 16;
  /** Ints between the counters of two shares: they lie in cache lines of their own. */
  private static final int GAP = 32;

  private final Thread[] helpers;
  private final AtomicBoolean busy = new AtomicBoolean();
  private final ConcurrentLinkedDeque<Workspace> workspaces = new ConcurrentLinkedDeque<>();
  private final AtomicInteger sleeping = new AtomicInteger(); // helpers that must be woken, which takes long
  private volatile Job job;
  private volatile boolean closed;

  /**
   * Starts the threads.
   *
   * @param threads at least 1, with the caller's
   */
  Crew(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("a backend needs at least one thread, not " + threads);
    }
    helpers = new Thread[threads - 1];
    for (int i = 0; i < helpers.length; i++) {
      int number = i + 1;
      helpers[i] = Thread.ofPlatform().daemon().name("linnet-vector-" + number).unstarted(() -> help(number));
    }
    for (var helper : helpers) {
      helper.start();
    }
  }

  /** The number of threads, with the caller's. */
  int threads() {
    return helpers.length + 1;
  }

  /**
   * Runs {@code work} for every task in [0, tasks) and returns when all are done. What a task throws is
   * thrown here, after the tasks under way are done; later tasks are skipped.
   */
  void run(int tasks, Work work) {
    run(tasks, Math.min(tasks, threads()), work);
  }

  /** Likewise, but tasks are begun in order: for those of which the first take longest. */
  void runInOrder(int tasks, Work work) {
    run(tasks, 1, work);
  }

  private void run(int tasks, int shares, Work work) {
    if (closed) {
      throw new IllegalStateException("the vector backend is closed");
    }
    var workspace = borrow();
    try {
      if (tasks > 1 && helpers.length > 0 && busy.compareAndSet(false, true)) {
        try {
          share(new Job(tasks, shares, work), workspace);
        } finally {
          job = null;
          busy.set(false);
        }
      } else {
        for (int task = 0; task < tasks; task++) {
          work.run(task, workspace);
        }
      }
    } finally {
      giveBack(workspace);
    }
  }

  /**
   * Runs {@code work} for every row in [0, rows), in tasks of several rows where rows are short; not for
   * empty ones.
   */
  void runRows(int rows, long elementsPerRow, Work work) {
    if (elementsPerRow == 0) {
      return;
    }
    int perTask = rowsPerTask(rows, elementsPerRow);
    run(Math.ceilDiv(rows, perTask), (task, workspace) -> {
      int first = task * perTask;
      for (int row = first; row < first + Math.min(perTask, rows - first); row++) {
        work.run(row, workspace);
      }
    });
  }

  /** How many rows make a task: all, if they are not worth a hand-over, else some for each thread. */
  int rowsPerTask(long rows, long elementsPerRow) {
    long all = rows * elementsPerRow;
    int elements = all <= MOST ? MOST : Math.clamp(all / (TASKS * threads()), LEAST, MOST);
    return Math.clamp(elements / elementsPerRow, 1, MOST);
  }

  /** Scratch that nobody else uses until it is given back. */
  Workspace borrow() {
    var workspace = workspaces.poll();
    return workspace == null ? new Workspace() : workspace;
  }

  /** Ends the use of what {@link #borrow} gave. */
  void giveBack(Workspace workspace) {
    if (workspaces.size() < IDLE) {
      workspaces.push(workspace);
    }
  }

  private void share(Job shared, Workspace workspace) {
    job = shared;
    if (sleeping.get() > 0) {
      for (int i = 0; i < Math.min(helpers.length, shared.tasks - 1); i++) {
        LockSupport.unpark(helpers[i]);
      }
    }
    shared.work(0, workspace);
    shared.await();
  }

  private void help(int number) {
    var workspace = new Workspace();
    Job last = null;
    int idle = 0;
    while (!closed) {
      var next = job;
      if (next != null && next != last) {
        next.work(number, workspace);
        last = next;
        idle = 0;
      } else if (idle++ < SPINS) {
        Thread.onSpinWait();
      } else {
        last = null; // so that a finished job's tensors are not held on to
        sleeping.incrementAndGet();
        next = job; // a call that came before this thread counted as asleep did not wake it
        if (next == null || next.isTaken()) {
          LockSupport.park(this);
        }
        sleeping.decrementAndGet();
        idle = 0;
      }
    }
  }

  /** Ends the threads. */
  @Override
  public void close() {
    closed = true;
    for (var helper : helpers) {
      LockSupport.unpark(helper);
    }
  }

  /** The tasks of one call. */
  private static final class Job {
    private final int tasks;
    private final int shares;
    private final Work work;
    private final Thread caller = Thread.currentThread();
    private final AtomicIntegerArray taken; // of each share
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    Job(int tasks, int shares, Work work) {
      this.tasks = tasks;
      this.shares = shares;
      this.work = work;
      this.taken = new AtomicIntegerArray((shares + 1) * GAP);
    }

    boolean isTaken() {
      for (int share = 0; share < shares; share++) {
        if (hasTasks(share)) {
          return false;
        }
      }
      return true;
    }

    private boolean hasTasks(int share) {
      return taken.get(counter(share)) < start(share + 1) - start(share);
    }

    private static int counter(int share) {
      return (share + 1) * GAP; // the array's length, which every access reads, has a line of its own, too
    }

    private int start(int share) {
      return (int) ((long) tasks * share / shares);
    }

    void work(int thread, Workspace workspace) {
      int finished = 0;
      for (int i = 0; i < shares; i++) {
        int share = (thread + i) % shares;
        while (hasTasks(share)) {
          int task = start(share) + taken.getAndIncrement(counter(share));
          if (task < start(share + 1)) {
            run(task, workspace);
            finished++;
          }
        }
      }
      if (finished > 0 && done.addAndGet(finished) == tasks) {
        LockSupport.unpark(caller);
      }
    }

    private void run(int task, Workspace workspace) {
      try {
        if (failure.get() == null) {
          work.run(task, workspace);
        }
      } catch (Throwable e) { // any: the caller is to see it, and the thread to live on
        failure.compareAndSet(null, e);
      }
    }

    /** Waits for the last task, and throws what a task threw. */
    void await() {
      for (int spin = 0; done.get() < tasks; spin++) {
        if (spin < SPINS) {
          Thread.onSpinWait();
        } else {
          LockSupport.park(this);
        }
      }
      switch (failure.get()) {
        case null -> { }
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        case Throwable e -> throw new IllegalStateException(e);
      }
    }
  }
}
