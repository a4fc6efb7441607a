package io.covenant.consensus.node;

import static io.covenant.consensus.node.Cluster.eventually;
import static io.covenant.consensus.node.Cluster.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.consensus.raft.Role;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Connections that lose what is sent one way, while nobody sees them end.
@Timeout(120)
class CutCableTests {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit gives it
    private Path directory;

    @Test
    void replaceALeaderThatHearsAndIsNotHeard() throws Exception {
        try (var cluster = new Cluster(directory, Cluster.settings()).cabled()) {
            cluster.founded("a", "b", "c");
            cluster.propose("before");
            var old = cluster.leader();
            var name = old.node().id().name();
            cluster.muffle(name);

            var lost = old.node().propose(Ledger.command("lost"));
            var next = cluster.leaderExcept(name);
            soon(next.node().propose(Ledger.command("after")));

            assertThat(soon(lost)).isInstanceOf(Outcome.Unknown.class);
            eventually(() -> assertThat(old.node().role()).isEqualTo(Role.FOLLOWER));
            assertThat(soon(old.node().read(() -> 1))).isInstanceOf(Reading.NotLeader.class);
            cluster.mendCables();
            cluster.requireAgreement();
            assertThat(cluster.leader().ledger().texts()).containsExactly("before", "after");
            assertThat(cluster.fatal).isEmpty();
        }
    }

    @Test
    void keepALeaderWhenOneIsNotHeard() throws Exception {
        try (var cluster = new Cluster(directory, Cluster.settings()).cabled()) {
            cluster.founded("a", "b", "c");
            cluster.propose("before");
            var leader = cluster.leader().node();
            var term = leader.term();
            cluster.muffle(cluster.follower().node().id().name());

            cluster.propose(20);

            cluster.mendCables();
            cluster.requireAgreement();
            assertThat(leader.role()).isEqualTo(Role.LEADER);
            assertThat(leader.term()).isEqualTo(term);
        }
    }
}
