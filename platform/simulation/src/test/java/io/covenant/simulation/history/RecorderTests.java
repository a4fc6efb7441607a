package io.covenant.simulation.history;

import static io.covenant.simulation.history.Operation.answered;
import static io.covenant.simulation.history.Operation.unknown;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.covenant.simulation.history.Register.Input;
import io.covenant.simulation.history.Register.Output;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RecorderTests {

    @Test
    void writesDownWhoAskedWhatAndWhenTheAnswerCame() {
        var recorder = Recorder.<String, Integer>counting();

        var one = recorder.invoke("c1", "increment");
        var other = recorder.invoke("c2", "increment");
        other.answered(1);
        one.answered(2);

        assertThat(recorder.history().operations())
                .containsExactly(answered("c1", "increment", 1, 2, 4), answered("c2", "increment", 2, 1, 3));
    }

    @Test
    void takesWhatDidNotEndForUnknown() {
        var recorder = Recorder.<String, Integer>counting();

        recorder.invoke("c1", "increment").unknown();
        recorder.invoke("c2", "increment");

        assertThat(recorder.history().operations())
                .containsExactly(unknown("c1", "increment", 1), unknown("c2", "increment", 2));
    }

    @Test
    void strikesWhatNeverHappened() {
        var recorder = Recorder.<String, Integer>counting();

        recorder.invoke("c1", "increment").neverHappened();

        assertThat(recorder.history().operations()).isEmpty();
    }

    @Test
    void refusesASecondEnd() {
        var call = Recorder.<String, Integer>counting().invoke("c1", "increment");
        call.unknown();

        assertThatIllegalStateException()
                .isThrownBy(() -> call.answered(1))
                .withMessage("increment of c1 has ended before");
    }

    @Test
    void takesTheTimeFromAnyClock() {
        var now = new AtomicLong(500);
        var recorder = Recorder.<String, Integer>timedBy(now::get);

        var call = recorder.invoke("c1", "increment");
        now.set(700);
        call.answered(1);

        assertThat(recorder.history().operations()).containsExactly(answered("c1", "increment", 500, 1, 700));
    }

    @Test
    void keepsUpWithManyThreads() {
        var recorder = Recorder.<Input<Integer>, Output<Integer>>inNanoseconds();
        var register = new AtomicInteger();
        try (var clients = Executors.newFixedThreadPool(8)) {
            for (var i = 0; i < 8; i++) {
                var client = i;
                clients.execute(() -> use(register, recorder, client));
            }
        }

        assertThat(recorder.history().operations()).hasSize(8 * 500);
        Linearizability.of(new Register<>(0)).require(recorder.history());
    }

    private static void use(AtomicInteger register, Recorder<Input<Integer>, Output<Integer>> recorder, int client) {
        for (var i = 0; i < 500; i++) {
            var value = 1_000 * client + i;
            switch (i % 3) {
                case 0 -> {
                    var call = recorder.invoke("c" + client, Registers.write(value));
                    register.set(value);
                    call.answered(Registers.WRITTEN);
                }
                case 1 -> {
                    var call = recorder.invoke("c" + client, Registers.read());
                    call.answered(Registers.value(register.get()));
                }
                default -> {
                    var expected = register.get();
                    var call = recorder.invoke("c" + client, Registers.compareAndSet(expected, value));
                    call.answered(register.compareAndSet(expected, value) ? Registers.WRITTEN : Registers.DIFFERS);
                }
            }
        }
    }
}
