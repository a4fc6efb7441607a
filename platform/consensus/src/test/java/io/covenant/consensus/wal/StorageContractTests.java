package io.covenant.consensus.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

/// What every storage does, real or simulated.
abstract class StorageContractTests {

    abstract Storage storage() throws IOException;

    @Test
    void givesBackWhatWasWritten() throws IOException {
        var storage = storage();
        try (var file = storage.create("one")) {
            file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 2);
            file.force(true);

            var read = ByteBuffer.allocate(10);
            assertThat(file.read(read, 0)).isEqualTo(5);
            assertThat(read.array()).startsWith(0, 0, 1, 2, 3);
            assertThat(file.read(ByteBuffer.allocate(10), 5)).isZero();
            assertThat(file.size()).isEqualTo(5);
            file.truncate(3);
            assertThat(file.size()).isEqualTo(3);
        }
    }

    @Test
    void namesFiles() throws IOException {
        var storage = storage();
        storage.create("b").close();
        storage.create("a").close();
        assertThat(storage.list()).containsExactly("a", "b");

        storage.rename("b", "a");
        storage.force();
        assertThat(storage.list()).containsExactly("a");
        storage.delete("a");
        assertThat(storage.list()).isEmpty();
    }

    @Test
    void refusesToMakeAFileTwiceAndToOpenNone() throws IOException {
        var storage = storage();
        storage.create("one").close();

        assertThatThrownBy(() -> storage.create("one")).isInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> storage.open("none")).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void letsOneInAtATime() throws IOException {
        var storage = storage();
        try (var _ = storage.lock()) {
            assertThatThrownBy(storage::lock).isInstanceOf(DirectoryRefusedException.class);
            assertThat(storage.list()).isEmpty();
        }
        storage.lock().close();
    }
}
