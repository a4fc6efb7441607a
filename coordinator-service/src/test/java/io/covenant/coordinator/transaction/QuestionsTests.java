package io.covenant.coordinator.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.coordinator.transaction.Questions.Heard;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class QuestionsTests {

    private static final String SERVICE = "orders";

    private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
    private final Questions questions = questions(Duration.ofMillis(20), Duration.ofMillis(200));

    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();

    private Questions questions(Duration first, Duration longest) {
        return new Questions(Thread::startVirtualThread, timers, new Backoff(first, longest, new Random(1)));
    }

    @AfterEach
    void close() {
        questions.close();
        timers.shutdownNow();
    }

    @Test
    void asksALoneQuestionAtOnce() {
        questions.ask(SERVICE, this::answers);
        await().until(() -> answered.get() == 1);
    }

    @Test
    void asksOnlySomeAtATime() {
        var answers = new Semaphore(0);
        for (int i = 0; i < 100; i++) {
            questions.ask(SERVICE, () -> {
                asked.incrementAndGet();
                answers.acquireUninterruptibly();
                answered.incrementAndGet();
                return Heard.ANSWERED;
            });
        }
        await().until(() -> asked.get() == Questions.AT_A_TIME);
        answers.release(10);
        await().until(() -> asked.get() == Questions.AT_A_TIME + 10);
        answers.release(90);
        await().until(() -> answered.get() == 100);
    }

    @Test
    void leavesAServiceInPeaceThatIsAway() {
        var away = new AtomicBoolean(true);
        long began = System.nanoTime();
        for (int i = 0; i < 500; i++) {
            asksUntilAnswered(away);
        }
        await().pollDelay(Duration.ofSeconds(1)).until(() -> true);
        int times = asked.get();
        double seconds = (System.nanoTime() - began) / 1e9;
        assertThat((double) times)
                .as("in %.2f s, with pauses of up to 200 ms", seconds)
                .isLessThan(60 * seconds);
        assertThat(questions.nextAttempt(SERVICE)).isPresent();

        away.set(false);
        await().until(() -> answered.get() == 500);
        assertThat(questions.nextAttempt(SERVICE)).isEmpty();
    }

    private void asksUntilAnswered(AtomicBoolean away) {
        questions.ask(SERVICE, () -> {
            if (away.get()) {
                asked.incrementAndGet();
                asksUntilAnswered(away);
                return Heard.NOTHING;
            }
            return answers();
        });
    }

    @Test
    void holdsUpNobodyForABranchOfWhichNothingIsTold() {
        var patient = questions(Duration.ofMinutes(1), Duration.ofMinutes(1));
        for (int i = 0; i < 200; i++) {
            int number = i;
            patient.ask(SERVICE, () -> number % 4 == 0 ? Heard.NOTHING : answers());
        }
        await().until(() -> answered.get() == 150);
        assertThat(patient.nextAttempt(SERVICE)).isEmpty();
    }

    @Test
    void asksAtOnceWhenAPersonWantsIt() {
        var impatient = questions(Duration.ofMinutes(1), Duration.ofMinutes(1));
        for (int i = 0; i < 4; i++) { // 16, 8, 4, 2, 1 at a time
            impatient.ask(SERVICE, () -> Heard.NOTHING);
        }
        await().until(() -> impatient.nextAttempt(SERVICE).isPresent());
        impatient.ask(SERVICE, this::answers);
        assertThat(answered).hasValue(0);

        impatient.tryNow(SERVICE);

        await().until(() -> answered.get() == 1);
    }

    @Test
    void dropsWhatNobodyWantsToKnowAnyMore() {
        for (int i = 0; i < 100; i++) {
            questions.ask(SERVICE, () -> Heard.NOT_ASKED);
        }
        questions.ask(SERVICE, this::answers);
        await().until(() -> answered.get() == 1);
        assertThat(questions.nextAttempt(SERVICE)).isEmpty();
    }

    @Test
    void keepsServicesApart() {
        for (int i = 0; i < 100; i++) {
            questions.ask("inventory", () -> Heard.NOTHING);
        }
        questions.ask(SERVICE, this::answers);
        await().until(() -> answered.get() == 1);
    }

    private Heard answers() {
        answered.incrementAndGet();
        return Heard.ANSWERED;
    }
}
