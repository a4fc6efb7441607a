package io.covenant.consensus.node;

import static io.covenant.consensus.node.Cluster.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Processes whose leader is killed under load, again and again.
@Timeout(180)
class KilledLeaderTests {

    private static final int LANES = 8;
    private static final int KILLS = 3;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit gives it
    private Path directory;

    @Test
    void keepsWhatWasAcknowledgedOnceAndInOrder() throws Exception {
        try (var group = new ProcessGroup(directory)) {
            group.leader();
            var lanes = IntStream.range(0, LANES)
                    .mapToObj(number -> new Lane(group, "lane" + number))
                    .toList();
            for (var kill = 0; kill < KILLS; kill++) {
                awaitProgress(lanes.getFirst(), 50);
                var leader = group.leader();
                leader.kill();
                awaitProgress(lanes.getFirst(), 50);
                group.start(leader.name);
            }
            awaitProgress(lanes.getFirst(), 50);
            for (var lane : lanes) {
                lane.end();
            }

            var acknowledged = new TreeMap<Long, String>();
            lanes.forEach(lane -> acknowledged.putAll(lane.acknowledged));
            eventually(() -> {
                var kept = group.leader().dump();
                assertThat(kept).containsAllEntriesOf(acknowledged);
                assertThat(kept.values()).doesNotHaveDuplicates();
                for (var child : group.children()) {
                    assertThat(child.dump()).as(child.name).isEqualTo(kept);
                }
            });
            for (var lane : lanes) {
                assertThat(lane.acknowledged.values().stream().map(KilledLeaderTests::number))
                        .isSorted();
            }
        }
    }

    private static void awaitProgress(Lane lane, int more) {
        var before = lane.acknowledged.size();
        await().atMost(Duration.ofSeconds(60)).until(() -> lane.acknowledged.size() >= before + more);
    }

    private static Integer number(String text) {
        return Integer.valueOf(text.substring(text.indexOf('-') + 1));
    }
}
