package io.covenant.consensus.node;

import static io.covenant.consensus.node.Cluster.eventually;
import static io.covenant.consensus.node.Cluster.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.consensus.node.ProcessGroup.Answer;
import io.covenant.consensus.node.ProcessGroup.Child;
import io.covenant.consensus.node.ProcessGroup.Said;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Processes whose leader stands still by a signal, and wakes when another one leads.
@Timeout(120)
class PausedLeaderTests {

    private static final int PAUSES = 3;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit gives it
    private Path directory;

    @Test
    void answersNothingWhenItWakes() throws Exception {
        var acknowledged = new TreeMap<Long, String>();
        try (var group = new ProcessGroup(directory)) {
            for (var pause = 0; pause < PAUSES; pause++) {
                var old = group.leader();
                eventually(() -> assertThat(soon(old.confirm("before")).said()).isEqualTo(Said.APPLIED));
                old.pause();
                // Two of three, so that somebody leads whatever the third one believes.
                var next = group.leaderExcept(old.name);
                for (var number = 0; number < 20; number++) {
                    write(next, "%d-%d".formatted(pause, number), acknowledged);
                }
                var confirmed = old.confirm("confirm");
                var counted = old.count("count");
                var late = old.propose("late-" + pause);
                old.resume();

                assertThat(soon(confirmed).said()).isEqualTo(Said.REFUSED);
                assertThat(soon(counted).said()).isEqualTo(Said.REFUSED);
                assertThat(soon(late).said()).isIn(Said.REFUSED, Said.UNKNOWN);
                assertThat(soon(next.count("all"))).isEqualTo(new Answer(Said.APPLIED, acknowledged.size()));
            }
            eventually(() -> {
                for (var child : group.children()) {
                    assertThat(child.dump()).as(child.name).isEqualTo(acknowledged);
                }
            });
        }
    }

    private static void write(Child leader, String text, Map<Long, String> acknowledged) {
        var answer = soon(leader.propose(text));
        assertThat(answer.said()).isEqualTo(Said.APPLIED);
        acknowledged.put(answer.index(), text);
    }
}
