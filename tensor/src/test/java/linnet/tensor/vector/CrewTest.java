package linnet.tensor.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CrewTest {
  @Test
  void runsEveryTileOnce() {
    try (var crew = new Crew(4)) {
      for (int tasks : new int[] {0, 1, 2, 3, 100, 1000}) {
        var runs = new AtomicIntegerArray(tasks);
        crew.run(tasks, (task, workspace) -> runs.incrementAndGet(task));
        for (int i = 0; i < tasks; i++) {
          assertEquals(1, runs.get(i), "task " + i + " of " + tasks);
        }
      }
    }
  }

  @Test
  void returnsWhenTheLastTileIsDone() {
    try (var crew = new Crew(3)) {
      for (int round = 0; round < 2000; round++) {
        var sum = new AtomicInteger();
        crew.run(5, (task, workspace) -> sum.addAndGet(task));
        assertEquals(10, sum.get(), "round " + round);
      }
    }
  }

  @Test
  void wakesThreadsThatHaveGoneToSleep() throws InterruptedException {
    try (var crew = new Crew(2)) {
      for (int round = 0; round < 3; round++) {
        Thread.sleep(50);
        var both = new CountDownLatch(2);
        crew.run(2, (task, workspace) -> {
          both.countDown();
          await(both); // each task needs a thread of its own
        });
        assertEquals(0, both.getCount());
      }
    }
  }

  @Test
  void usesAsManyThreadsAsAsked() {
    try (var crew = new Crew(3)) {
      Set<Thread> threads = ConcurrentHashMap.newKeySet();
      Set<Workspace> workspaces = ConcurrentHashMap.newKeySet();
      var all = new CountDownLatch(3);
      crew.run(3, (task, workspace) -> {
        threads.add(Thread.currentThread());
        workspaces.add(workspace);
        all.countDown();
        await(all);
      });
      assertEquals(3, threads.size());
      assertEquals(3, workspaces.size());
      assertTrue(threads.contains(Thread.currentThread()));
      assertEquals(3, crew.threads());
    }
  }

  @Test
  void threadsBeginWithTheirOwnSharesOrInOrder() {
    try (var crew = new Crew(3)) {
      assertEquals(Set.of(0, 10, 20), firstTiles(crew::run));
      assertEquals(Set.of(0, 1, 2), firstTiles(crew::runInOrder));
    }
  }

  /** The first of 30 tasks that each of three threads begins. */
  private static Set<Integer> firstTiles(BiConsumer<Integer, Crew.Work> run) {
    var first = new ConcurrentHashMap<Thread, Integer>();
    var all = new CountDownLatch(3);
    run.accept(30, (task, workspace) -> {
      if (first.putIfAbsent(Thread.currentThread(), task) == null) {
        all.countDown();
        await(all); // nobody takes of the others' before
      }
    });
    return Set.copyOf(first.values());
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(20, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void throwsWhatATileThrew() {
    try (var crew = new Crew(2)) {
      var failure = new IllegalArgumentException("task 7");
      var thrown = assertThrows(IllegalArgumentException.class, () -> crew.run(50, (task, workspace) -> {
        if (task == 7) {
          throw failure;
        }
      }));
      assertSame(failure, thrown);
      assertThrows(StackOverflowError.class, () -> crew.run(2, (task, workspace) -> {
        throw new StackOverflowError();
      }));
      var runs = new AtomicInteger(); // and it still works
      crew.run(10, (task, workspace) -> runs.incrementAndGet());
      assertEquals(10, runs.get());
    }
  }

  @Test
  void runsNestedCallsWhereTheyAreMade() {
    try (var crew = new Crew(2)) {
      var runs = new AtomicInteger();
      crew.run(4, (outer, workspace) -> {
        var thread = Thread.currentThread();
        crew.run(8, (inner, nested) -> {
          assertSame(thread, Thread.currentThread());
          assertNotSame(workspace, nested);
          runs.incrementAndGet();
        });
      });
      assertEquals(32, runs.get());
    }
  }

  @Test
  void servesCallersOfSeveralThreads() throws InterruptedException {
    try (var crew = new Crew(2)) {
      var runs = new AtomicInteger();
      var callers = new ArrayList<Thread>();
      for (int c = 0; c < 4; c++) {
        callers.add(Thread.ofPlatform().start(() -> {
          for (int round = 0; round < 200; round++) {
            crew.run(6, (task, workspace) -> runs.incrementAndGet());
          }
        }));
      }
      for (var caller : callers) {
        caller.join();
      }
      assertEquals(4 * 200 * 6, runs.get());
    }
  }

  @Test
  void refusesToWorkAfterItsEndAndWithoutThreads() {
    var crew = new Crew(2);
    crew.close();
    assertThrows(IllegalStateException.class, () -> crew.run(1, (task, workspace) -> { }));
    var error = assertThrows(IllegalArgumentException.class, () -> new Crew(0));
    assertTrue(error.getMessage().contains("at least one thread"), error.getMessage());
  }
}
