package io.covenant.benchmarks.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.junit.jupiter.api.Test;

/// In a time of its own: a server that needs a millisecond for each request, one after the other.
class RunTests {

    private static final long MILLI = 1_000_000;
    private static final Duration TEN_SECONDS = Duration.ofSeconds(10);

    /// Something that happens at a time.
    private record Event(long at, Runnable what) {}

    private static final class World {

        private final PriorityQueue<Event> events = new PriorityQueue<>(Comparator.comparingLong(Event::at));
        private final Run run;
        private long now;
        private long serverFree;
        private long stallFrom = Long.MAX_VALUE;
        private long stallTo = Long.MAX_VALUE;
        private int underWay;
        private int mostUnderWay;

        World(Pace pace) {
            run = new Run(pace, 0, at -> events.add(new Event(at, () -> run().woken(now))));
        }

        private Run run() {
            return run;
        }

        /// The server does nothing for that long.
        World stalls(long fromMillis, long forMillis) {
            stallFrom = fromMillis * MILLI;
            stallTo = (fromMillis + forMillis) * MILLI;
            return this;
        }

        Answers with(int lines) {
            for (int i = 0; i < lines; i++) {
                run.free(new AskingServer(), now);
            }
            while (!events.isEmpty()) {
                Event next = events.remove();
                now = Math.max(now, next.at());
                next.what().run();
            }
            assertThat(run.isOver(now)).isTrue();
            return run.answers();
        }

        private final class AskingServer extends Run.Line {

            @Override
            void ask() {
                mostUnderWay = Math.max(mostUnderWay, ++underWay);
                long begins = Math.max(now, serverFree);
                if (begins >= stallFrom && begins < stallTo) {
                    begins = stallTo;
                }
                serverFree = begins + MILLI;
                events.add(new Event(serverFree, () -> {
                    underWay--;
                    run.answered(this, 200, now);
                }));
            }
        }
    }

    @Test
    void aClosedLoopAsksAsFastAsItIsAnswered() {
        var world = new World(new Pace.Closed(TEN_SECONDS));

        Answers answers = world.with(4);

        assertThat(answers.good()).isEqualTo(10_003); // three were under way at the end
        assertThat(answers.bad()).isZero();
        assertThat(world.mostUnderWay).isEqualTo(4);
        assertThat(answers.latencyMillis(50)).isEqualTo(4.0, within(0.01));
        assertThat(answers.perSecond()).isEqualTo(1_000, within(1.0));
    }

    @Test
    void anOpenLoopKeepsItsScheduleWhateverTheAnswers() {
        Answers answers = new World(new Pace.Open(500, TEN_SECONDS)).with(4);

        assertThat(answers.good()).isEqualTo(5_000);
        assertThat(answers.latencyMillis(100)).isEqualTo(1.0, within(0.01));
        assertThat(answers.perSecond()).isEqualTo(500, within(1.0));
    }

    @Test
    void aStallCountsForAllWhomItKeptWaiting() {
        Answers closed =
                new World(new Pace.Closed(TEN_SECONDS)).stalls(2_000, 1_000).with(4);
        Answers open =
                new World(new Pace.Open(500, TEN_SECONDS)).stalls(2_000, 1_000).with(4);

        // Four of nine thousand met the stall: nothing of it is to be seen.
        assertThat(closed.latencyMillis(99)).isLessThan(5);
        // Five hundred should have gone out meanwhile, and as many again before the queue was gone.
        assertThat(open.good()).isEqualTo(5_000);
        assertThat(open.latencyMillis(99)).isGreaterThan(900);
        assertThat(open.latencyMillis(90)).isGreaterThan(400);
        assertThat(open.latencyMillis(75)).isLessThan(2);
    }

    @Test
    void whatAServerCannotDoWaitsLongerAndLonger() {
        Answers answers = new World(new Pace.Open(2_000, Duration.ofSeconds(1))).with(8);

        assertThat(answers.good()).isEqualTo(2_000);
        assertThat(answers.elapsed()).isEqualTo(Duration.ofSeconds(2));
        assertThat(answers.latencyMillis(100)).isEqualTo(1_000, within(2.0));
    }

    @Test
    void everyLineWorks() {
        var asked = new int[3];
        var run = new Run(new Pace.Open(1_000, Duration.ofMillis(6)), 0, _ -> {});
        var lines = new Run.Line[3];
        for (int i = 0; i < 3; i++) {
            int number = i;
            lines[i] = new Run.Line() {
                @Override
                void ask() {
                    asked[number]++;
                }
            };
            run.free(lines[i], -1);
        }
        for (int request = 0; request < 6; request++) {
            run.woken(request * MILLI);
            run.answered(lines[request % 3], 200, request * MILLI);
        }

        assertThat(asked).containsExactly(2, 2, 2);
    }

    @Test
    void otherAnswersAndNoneAreBad() {
        var run = new Run(new Pace.Open(1_000, Duration.ofMillis(4)), 0, _ -> {});
        var one = new Run.Line() {
            @Override
            void ask() {}
        };
        run.free(one, 0);
        run.answered(one, 503, MILLI);
        run.broke("reset", 2 * MILLI);

        Answers answers = run.answers();

        assertThat(answers.good()).isZero();
        assertThat(answers.bad()).isEqualTo(4); // two were never sent: there was no line any longer
        assertThat(answers.firstFailure()).contains("answered with status 503");
    }

    @Test
    void refusesAScheduleWithoutRequests() {
        assertThatThrownBy(() -> new Pace.Open(0, TEN_SECONDS)).isInstanceOf(IllegalArgumentException.class);
    }
}
