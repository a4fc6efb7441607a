package io.covenant.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NodeTests {

    private static final Duration A_SECOND = Duration.ofSeconds(1);

    private final World world = World.seeded(3);
    private final List<Object> heard = new ArrayList<>();
    private final Node node = world.node("node", _ -> (_, message) -> heard.add(message));

    @Test
    void makesItsProgramAnewAtEachStart() {
        var made = new ArrayList<Integer>();
        var counting = world.node("counting", self -> {
            made.add(self.incarnation());
            return (_, _) -> {};
        });

        counting.crash();
        assertThat(counting.up()).isFalse();
        counting.restart();
        counting.restart();

        assertThat(counting.up()).isTrue();
        assertThat(made).containsExactly(1, 2);
    }

    @Test
    void losesItsTimersInACrash() {
        node.after(Duration.ofMillis(2), () -> heard.add("timer"));
        node.every(Duration.ofMillis(2), () -> heard.add("again"));
        node.crash();
        node.restart();

        world.run(A_SECOND);

        assertThat(heard).isEmpty();
    }

    @Test
    void doesSomethingAgainAndAgain() {
        node.every(Duration.ofMillis(100), () -> heard.add("again"));

        world.run(A_SECOND);

        assertThat(heard).hasSizeBetween(9, 10).containsOnly("again");
    }

    @Test
    void hearsNothingWhileItIsDown() {
        var sender = world.node("sender", _ -> (_, _) -> {});
        node.crash();

        sender.send("node", "lost");
        world.run(A_SECOND);
        node.restart();
        sender.send("node", "heard");
        world.run(A_SECOND);

        assertThat(heard).containsExactly("heard");
    }

    @Test
    void tellsTheOthersOfACrashAndOfWhichLife() {
        var lost = new ArrayList<String>();
        world.node("peer", _ -> new Program() {
            @Override
            public void receive(String from, Object message) {}

            @Override
            public void lost(String peer, int incarnation) {
                lost.add(peer + " " + incarnation);
            }
        });

        node.crash();
        node.restart();
        world.run(A_SECOND);
        node.crash();
        world.run(A_SECOND);

        assertThat(lost).containsExactly("node 1", "node 2");
    }

    @Test
    void letsNothingHappenWhilePausedAndAllOfItAfterwards() {
        var sender = world.node("sender", _ -> (_, _) -> {});
        node.after(Duration.ofMillis(5), () -> heard.add("timer"));
        node.pause();

        sender.send("node", "message");
        world.run(A_SECOND);
        assertThat(heard).isEmpty();

        node.resume();
        world.run(A_SECOND);
        assertThat(heard).containsExactly("message", "timer");
    }

    @Test
    void forgetsInACrashWhatWaitedDuringAPause() {
        node.after(Duration.ofMillis(5), () -> heard.add("timer"));
        node.pause();
        world.run(A_SECOND);

        node.crash();
        node.restart();
        world.run(A_SECOND);

        assertThat(node.paused()).isFalse();
        assertThat(heard).isEmpty();
    }

    @Test
    void hasAClockOfItsOwn() {
        node.skew(Duration.ofMinutes(-3));

        assertThat(node.now()).isEqualTo(world.now().minusSeconds(180));
    }

    @Test
    void keepsEachOfItsDisksThroughACrash() {
        node.disk("log").write("entry");
        node.disk("log").force();
        node.disk("votes").write("term 7");

        node.crash();
        node.restart();

        assertThat(node.disk("log").contents()).containsExactly("entry");
        assertThat(node.disk("other").contents()).isEmpty();
    }

    @Test
    void hearsAReplyOnceHoweverOftenItComes() {
        world.network().duplication(1);
        echo();

        node.ask("echo", "question", A_SECOND, heard::add, () -> heard.add("silence"));
        world.untilQuiet(Duration.ofSeconds(2));

        assertThat(heard).containsExactly("question");
    }

    @Test
    void hearsSilenceWhenNobodyAnswersInTime() {
        echo();
        world.network().delay(Duration.ofMillis(700), Duration.ofMillis(700));

        node.ask("echo", "question", A_SECOND, heard::add, () -> heard.add("silence"));
        world.untilQuiet(Duration.ofSeconds(2));

        assertThat(heard).containsExactly("silence");
    }

    @Test
    void doesNotHearTheAnswerToAQuestionOfAFormerLife() {
        echo();

        node.ask("echo", "question", A_SECOND, heard::add, () -> heard.add("silence"));
        node.crash();
        node.restart();
        world.untilQuiet(Duration.ofSeconds(2));

        assertThat(heard).isEmpty();
    }

    private void echo() {
        world.node("echo", self -> (from, message) -> {
            if (message instanceof Node.Question question) {
                self.reply(from, question, question.body());
            }
        });
    }
}
