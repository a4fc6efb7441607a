package io.covenant.consensus.node;

import static io.covenant.consensus.node.Cluster.eventually;
import static io.covenant.consensus.node.Cluster.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.consensus.wal.FileStorage;
import io.covenant.consensus.wal.Storage;
import io.covenant.consensus.wal.StorageFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A node whose disk, or whose state machine, gives up.
@Timeout(60)
class FailingDiskTests {

    private static final NodeSettings SETTINGS = new NodeSettings(
            "group", "a", Cluster.settings().raft(), Cluster.settings().log(), 1000, 1000, 1 << 20, 1 << 20);

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit gives it
    private Path directory;

    private final Queue<String> fatal = new ConcurrentLinkedQueue<>();
    private volatile boolean broken;

    @Test
    void endsWhenAForceFails() throws Exception {
        NodeDirectory.found(FileStorage.at(directory), SETTINGS, List.of("a"));
        var node = RaftNode.open(SETTINGS, new Breaking(FileStorage.at(directory)), new Ledger(), surroundings());
        node.start((peer, frame) -> {});
        eventually(() -> assertThat(soon(node.propose(Ledger.command("kept")))).isInstanceOf(Outcome.Applied.class));

        broken = true;
        var lost = soon(node.propose(Ledger.command("lost")));

        assertThat(lost).isInstanceOf(Outcome.Unknown.class);
        eventually(() -> assertThat(fatal).hasSize(1));
        assertThat(node.isFailed()).isTrue();
        eventually(() -> assertThat(soon(node.propose(Ledger.command("late")))).isInstanceOf(Outcome.NotLeader.class));
        node.close();
    }

    @Test
    void endsWhenTheStateMachineThrows() throws Exception {
        NodeDirectory.found(FileStorage.at(directory), SETTINGS, List.of("a"));
        var node = RaftNode.open(SETTINGS, FileStorage.at(directory), new Throwing(), surroundings());
        node.start((peer, frame) -> {});

        eventually(
                () -> assertThat(soon(node.propose(Ledger.command("poison")))).isInstanceOf(Outcome.Unknown.class));

        eventually(() -> assertThat(fatal).hasSize(1));
        node.close();
    }

    private Surroundings surroundings() {
        return new Surroundings(
                System::nanoTime,
                InstantSource.system(),
                bound -> bound / 2,
                NodeListener.none(),
                (what, cause) -> fatal.add(what + ": " + cause));
    }

    private static final class Throwing implements ReplicatedStateMachine<Integer> {

        @Override
        public Integer apply(long index, long timeMillis, byte[] command) {
            throw new IllegalStateException("cannot apply that");
        }

        @Override
        public Fork fork() {
            return out -> {};
        }

        @Override
        public void restore(java.io.InputStream state) {}
    }

    private final class Breaking implements Storage {

        private final Storage real;

        Breaking(Storage real) {
            this.real = real;
        }

        @Override
        public List<String> list() throws IOException {
            return real.list();
        }

        @Override
        public StorageFile create(String name) throws IOException {
            return new BreakingFile(real.create(name));
        }

        @Override
        public StorageFile open(String name) throws IOException {
            return new BreakingFile(real.open(name));
        }

        @Override
        public void rename(String from, String to) throws IOException {
            real.rename(from, to);
        }

        @Override
        public void delete(String name) throws IOException {
            real.delete(name);
        }

        @Override
        public void force() throws IOException {
            real.force();
        }

        @Override
        public Closeable lock() throws IOException {
            return real.lock();
        }

        @Override
        public String describe(String name) {
            return real.describe(name);
        }
    }

    private final class BreakingFile implements StorageFile {

        private final StorageFile real;

        BreakingFile(StorageFile real) {
            this.real = real;
        }

        @Override
        public long size() throws IOException {
            return real.size();
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            real.write(source, position);
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return real.read(target, position);
        }

        @Override
        public void truncate(long size) throws IOException {
            real.truncate(size);
        }

        @Override
        public void force(boolean grown) throws IOException {
            if (broken) {
                throw new IOException("the disk is gone");
            }
            real.force(grown);
        }

        @Override
        public void close() throws IOException {
            real.close();
        }
    }
}
