package io.covenant.consensus.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.consensus.raft.NodeId;
import io.covenant.consensus.wal.DirectoryRefusedException;
import io.covenant.consensus.wal.FileStorage;
import io.covenant.consensus.wal.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeDirectoryTests {

    private static final NodeSettings SETTINGS = NodeSettings.standard("group", "a");
    private static final List<String> FOUNDERS = List.of("a", "b", "c");

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit gives it
    private Path directory;

    @Test
    void beginsAsAFounder() throws Exception {
        assertThat(NodeDirectory.exists(storage(), SETTINGS)).isFalse();

        assertThat(NodeDirectory.found(storage(), SETTINGS, FOUNDERS)).isEqualTo(NodeId.founder("a"));

        assertThat(NodeDirectory.exists(storage(), SETTINGS)).isTrue();
        try (var node = open(SETTINGS)) {
            assertThat(node.id()).isEqualTo(NodeId.founder("a"));
        }
    }

    @Test
    void beginsAsSomebodyNew() throws Exception {
        var numbers = List.of(0L, 42L).iterator();

        var id = NodeDirectory.join(storage(), SETTINGS, numbers::next);

        assertThat(id).isEqualTo(new NodeId("a", 42));
        try (var node = open(SETTINGS)) {
            assertThat(node.id()).isEqualTo(id);
        }
    }

    @Test
    void goesOnWithABeginningThatWasInterrupted() throws Exception {
        WriteAheadLog.create(storage(), NodeDirectory.identity(SETTINGS), SETTINGS.log())
                .close();
        assertThat(NodeDirectory.exists(storage(), SETTINGS)).isFalse();
        assertThatThrownBy(() -> open(SETTINGS)).isInstanceOf(IOException.class).hasMessageContaining("never finished");

        NodeDirectory.found(storage(), SETTINGS, FOUNDERS);

        open(SETTINGS).close();
    }

    @Test
    void doesNotBeginTwice() throws Exception {
        NodeDirectory.found(storage(), SETTINGS, FOUNDERS);

        assertThatThrownBy(() -> NodeDirectory.found(storage(), SETTINGS, FOUNDERS))
                .isInstanceOf(DirectoryRefusedException.class);
        assertThatThrownBy(() -> NodeDirectory.join(storage(), SETTINGS, () -> 1))
                .isInstanceOf(DirectoryRefusedException.class);
    }

    @Test
    void isNotForgottenSilently() {
        assertThatThrownBy(() -> open(SETTINGS))
                .isInstanceOf(DirectoryRefusedException.class)
                .hasMessageContaining("remove it from its group and add it anew");
    }

    @Test
    void belongsToOneNodeOfOneGroup() throws Exception {
        NodeDirectory.found(storage(), SETTINGS, FOUNDERS);

        assertThatThrownBy(() -> open(NodeSettings.standard("group", "b")))
                .isInstanceOf(DirectoryRefusedException.class);
        assertThatThrownBy(() -> open(NodeSettings.standard("other", "a")))
                .isInstanceOf(DirectoryRefusedException.class);
        try (var one = open(SETTINGS)) {
            assertThat(one.isFailed()).isFalse();
            assertThatThrownBy(() -> open(SETTINGS)).isInstanceOf(DirectoryRefusedException.class);
        }
    }

    @Test
    void refusesAFounderWhoIsNoneOfThem() {
        assertThatThrownBy(() -> NodeDirectory.found(storage(), SETTINGS, List.of("b", "c")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private FileStorage storage() throws IOException {
        return FileStorage.at(directory.resolve("node"));
    }

    private RaftNode<Integer> open(NodeSettings settings) throws IOException {
        return RaftNode.open(settings, storage(), new Ledger(), Surroundings.production(NodeListener.none()));
    }
}
